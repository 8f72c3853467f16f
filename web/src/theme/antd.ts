import { theme, type ThemeConfig } from 'antd'

const font = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

const still = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches

const shared: ThemeConfig['token'] = { motion: !still, fontFamily: font, fontSize: 14, borderRadius: 6, borderRadiusLG: 8, motionDurationMid: '0.12s', motionDurationSlow: '0.15s', wireframe: false }

/** antd in our colours; its own defaults miss WCAG AA for links and placeholders. */
export const antdTheme = (dark: boolean): ThemeConfig => ({
  algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
  token: dark
    ? {
        ...shared, colorPrimary: '#2f6fe4', colorPrimaryHover: '#2b66d6', colorPrimaryActive: '#2459c0', colorInfo: '#3b82f6', colorLink: '#8ab4ff', colorLinkHover: '#b5d0ff', colorBgLayout: '#0d0d0d', colorBgContainer: '#141414',
        colorText: '#e6e6e6', colorTextSecondary: '#9aa4b2', colorTextTertiary: '#98a1ae', colorTextDescription: '#9aa4b2', colorTextPlaceholder: '#8d96a3', colorBorder: '#454545', colorBorderSecondary: '#303030', colorError: '#e5554a',
      }
    : {
        ...shared, colorPrimary: '#1d4ed8', colorPrimaryHover: '#1a45c0', colorPrimaryActive: '#173ca6', colorInfo: '#1d4ed8', colorLink: '#1d4ed8', colorLinkHover: '#1e40af', colorBgLayout: '#f5f6f8',
        colorText: '#1a1f28', colorTextSecondary: '#5f6774', colorTextTertiary: '#656d7a', colorTextDescription: '#5f6774', colorTextPlaceholder: '#6b7380', colorBorder: '#c9ced6', colorBorderSecondary: '#e3e6ea', colorError: '#b42318',
      },
  components: {
    Button: dark ? { colorError: '#ff8a80', colorErrorHover: '#ffa8a0', colorErrorActive: '#ffc4be', defaultHoverColor: '#8ab4ff', defaultHoverBorderColor: '#5b9bdd', defaultActiveColor: '#b5d0ff' } : {},
    Drawer: { paddingLG: 20 },
    Segmented: { itemColor: dark ? '#b4bcc8' : '#4b5361' },
  },
})
