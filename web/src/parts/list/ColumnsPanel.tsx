import { Button } from 'antd'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useFormat } from '@/parts/format'

const ColumnsChoice = lazy(() => import('./ColumnsChoice'))

export interface ColumnChoice { key: string; search: string; group?: string }
export interface ColumnsProps { value: string[]; onChange: (next: string[]) => void; all: ColumnChoice[]; name: (key: string) => string; first: string[]; foot?: ReactNode }

/** Which columns a list shows, and in which order. The choice itself comes when it is asked for. */
export function ColumnsPanel(props: ColumnsProps) {
  const { t } = useFormat()
  const [asked, setAsked] = useState(false)
  const button = <Button loading={asked} onClick={() => setAsked(true)}>{t('customers.columns')} <span className="soft small">{props.value.length}</span></Button>
  return asked ? <Suspense fallback={button}><ColumnsChoice {...props} /></Suspense> : button
}
