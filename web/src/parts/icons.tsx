import type { ReactNode } from 'react'

const draw = (children: ReactNode) =>
  function Icon() {
    return <svg className="icon" viewBox="0 0 20 20" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">{children}</svg>
  }

export const PeopleIcon = draw(<><circle cx="7.5" cy="7" r="2.8" /><path d="M2.5 16c.4-3 2.3-4.6 5-4.6s4.6 1.6 5 4.6" /><path d="M13 4.600a2.6 2.6 0 0 1 0 4.900M14.6 11.700c1.7.6 2.7 2 3 4.3" /></>)
export const SegmentIcon = draw(<><circle cx="8" cy="10" r="5.2" /><circle cx="12.5" cy="10" r="5.2" /></>)
export const ImportIcon = draw(<><path d="M10 3v9M6.5 8.8 10 12.300l3.5-3.5" /><path d="M3.5 13v2.500a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1V13" /></>)
export const HomeIcon = draw(<path d="M3.5 9.200 10 3.500l6.5 5.700V16a.8.8 0 0 1-.8.8h-3.500v-4.600H7.8v4.600H4.300a.8.8 0 0 1-.8-.8Z" />)
export const GridIcon = draw(<><rect x="3" y="3" width="6" height="6" rx="1.2" /><rect x="11" y="3" width="6" height="6" rx="1.2" /><rect x="3" y="11" width="6" height="6" rx="1.2" /><rect x="11" y="11" width="6" height="6" rx="1.2" /></>)
export const FeatureIcon = draw(<><path d="M4 5.500h12M4 10h12M4 14.500h12" /><circle cx="8" cy="5.5" r="1.6" fill="var(--surface)" /><circle cx="13" cy="10" r="1.6" fill="var(--surface)" /><circle cx="6.5" cy="14.5" r="1.6" fill="var(--surface)" /></>)
export const SearchIcon = draw(<><circle cx="9" cy="9" r="5" /><path d="m13 13 3.5 3.5" /></>)
export const SunIcon = draw(<><circle cx="10" cy="10" r="3.4" /><path d="M10 2.500v2M10 15.500v2M2.5 10h2M15.5 10h2M4.7 4.700l1.4 1.400M13.9 13.900l1.4 1.400M15.3 4.700l-1.4 1.400M6.1 13.900l-1.4 1.4" /></>)
export const MoonIcon = draw(<path d="M16.5 11.800A6.8 6.8 0 0 1 8.2 3.500a6.8 6.8 0 1 0 8.3 8.300Z" />)
export const MenuIcon = draw(<path d="M3.5 5.500h13M3.5 10h13M3.5 14.500h13" />)
export const CalendarIcon = draw(<><rect x="3" y="4.5" width="14" height="12" rx="1.6" /><path d="M3 8.500h14M7 3v3M13 3v3" /></>)
export const CloseIcon = draw(<path d="m5.5 5.5 9 9M14.5 5.500l-9 9" />)
export const PlusIcon = draw(<path d="M10 4.500v11M4.5 10h11" />)
export const LockIcon = draw(<><rect x="4.5" y="9" width="11" height="7.5" rx="1.4" /><path d="M7 9V6.500a3 3 0 0 1 6 0V9" /></>)
export const MemberIcon = draw(<><circle cx="10" cy="6.8" r="3" /><path d="M4 16.500c.5-3.400 2.700-5.200 6-5.200s5.500 1.800 6 5.200" /></>)
export const KeyIcon = draw(<><circle cx="6.8" cy="10" r="3.3" /><path d="M10 10h7M14.500 10v2.800" /></>)
export const HookIcon = draw(<><path d="M3.500 8v4h3l6 3.500v-11L6.500 8z" /><path d="M15 8.200a2.600 2.600 0 0 1 0 3.600M16.800 6.300a5.300 5.300 0 0 1 0 7.400" /></>)
export const MailIcon = draw(<><rect x="3" y="4.5" width="14" height="11" rx="1.4" /><path d="m3.500 5.500 6.500 5.500 6.500-5.500" /></>)
export const LogIcon = draw(<><path d="M5.500 3h7l3 3v11h-10z" /><path d="M8 8.500h5M8 11.500h5M8 14.500h3" /></>)
export const BoardIcon = draw(<><rect x="3" y="3.5" width="6" height="7" rx="1.2" /><rect x="11" y="3.5" width="6" height="4" rx="1.2" /><rect x="3" y="12.5" width="6" height="4" rx="1.2" /><rect x="11" y="9.5" width="6" height="7" rx="1.2" /></>)
export const SqlIcon = draw(<><path d="M4 5.500 8.500 10 4 14.500" /><path d="M10.500 15H16.500" /></>)
export const PenIcon = draw(<path d="m4 16 .8-3.200 8.700-8.700 2.400 2.400-8.700 8.700zM11.800 5.800l2.400 2.400" />)
export const TwinsIcon = draw(<><circle cx="7" cy="7" r="2.600" /><circle cx="13" cy="7" r="2.600" /><path d="M3 16c.3-2.800 1.800-4.300 4-4.300 1.300 0 2.300.5 3 1.400.7-.9 1.700-1.400 3-1.400 2.200 0 3.700 1.500 4 4.300" /></>)
export const QualityIcon = draw(<><path d="M10 3 4.500 5v4.500c0 3.500 2.200 6 5.500 7.500 3.300-1.500 5.500-4 5.500-7.500V5z" /><path d="m7.500 9.800 2 2 3.300-3.600" /></>)
export const RecordsIcon = draw(<><rect x="4" y="3.5" width="12" height="13" rx="1.4" /><path d="M7 7.500h6M7 10.500h6M7 13.500h3.500" /></>)
export const UndoIcon = draw(<><path d="M4 8.5h8.200a4 4 0 0 1 0 8H7" /><path d="M7 5 3.500 8.500 7 12" /></>)
export const EraseIcon = draw(<><path d="M8 16.500 3.500 12l7.500-7.500L16.500 10 10 16.500z" /><path d="m7.200 8.300 5.500 5.500M10 16.500h7" /></>)
export const JobsIcon = draw(<><circle cx="10" cy="10" r="6.5" /><path d="M10 6.200V10l2.700 1.700" /></>)
export const TrayIcon = draw(<><path d="M10 3v7M7 7.300l3 3 3-3" /><path d="M3 11.500h3.700l1.300 2h4l1.300-2H17V16a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z" /></>)
export const BellIcon = draw(<><path d="M5 13.500V9a5 5 0 0 1 10 0v4.500l1.500 1.500h-13z" /><path d="M8.500 17.500h3" /></>)
export const PinIcon = draw(<path d="M7.500 3h5M8.500 3v5L6 11h8l-2.500-3V3M10 11v6" />)
export const FoldIcon = draw(<><rect x="3" y="4" width="14" height="12" rx="1.400" /><path d="M8 4v12M14 8l-2 2 2 2" /></>)
export const MoreIcon = draw(<path d="M5 10h.01M10 10h.01M15 10h.01" strokeWidth="2.4" />)

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#1D4ED8" />
      <g fill="none" stroke="#fff" strokeLinecap="round" strokeWidth="2.4"><path d="M11 7.500c4.6 4.6 4.6 12.4 0 17" /><path d="M21 7.500c-4.6 4.6-4.6 12.4 0 17" opacity=".72" /></g>
      <circle cx="16" cy="16" r="2.1" fill="#fff" />
    </svg>
  )
}
