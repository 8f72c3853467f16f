import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { ConfigProvider } from 'antd'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { isProblem } from './api/problem'
import type { Lang } from './api/types'
import { firstLang, startI18n, useT } from './i18n'
import { Asks } from './parts/ask'
import { Toasts } from './parts/toast'
import { makeRouter } from './router'
import { antdTheme } from './theme/antd'
import './theme/base.css'
import { giveNonceToStyles, nonce } from './theme/nonce'
import './theme/tokens.css'
import { useTheme } from './theme/useTheme'

giveNonceToStyles()
const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, refetchOnWindowFocus: false, retry: (n, error) => n < 2 && !(isProblem(error) && error.status >= 400 && error.status < 500) } },
})
const router = makeRouter(queries)

type AntdLocale = Parameters<typeof ConfigProvider>[0]['locale']
const antdLocales = {
  'zh-CN': async () => [(await import('antd/locale/zh_CN')).default, (await import('dayjs/locale/zh-cn')).default.name] as const,
  en: async () => [(await import('antd/locale/en_US')).default, 'en'] as const,
}
async function localeOf(lang: Lang): Promise<AntdLocale> {
  const [[found, day], { default: dayjs }] = await Promise.all([antdLocales[lang](), import('dayjs')])
  dayjs.locale(day)
  return found
}

/** `first`: a locale that came later would mount the whole page anew, and what was typed meanwhile would be gone. */
function App({ first }: { first: AntdLocale }) {
  const theme = useTheme()
  const { lang } = useT()
  const [locale, setLocale] = useState(first)
  useEffect(() => {
    let live = true
    void localeOf(lang).then((found) => { if (live) setLocale(found) })
    return () => { live = false }
  }, [lang])
  return (
    <ConfigProvider theme={antdTheme(theme === 'dark')} csp={nonce ? { nonce } : undefined} locale={locale} button={{ autoInsertSpace: false }} componentSize="middle">
      <RouterProvider router={router} />
      <Toasts />
      <Asks />
    </ConfigProvider>
  )
}

const root = document.getElementById('root')
if (root)
  void Promise.all([localeOf(firstLang()), startI18n()]).then(([first]) => {
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={queries}><App first={first} /></QueryClientProvider>
      </StrictMode>,
    )
  })
