import { Button, Select } from 'antd'
import { useState } from 'react'
import type { Everything } from '@/api/types'
import { useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { useExport } from '@/parts/jobs/exports'
import { Card } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'

const formats = ['csv', 'xlsx', 'jsonl', 'parquet'] satisfies Everything[]

/** Everything of the business in open files: the way out is always open. */
export function TakeAway() {
  const { t } = useT()
  const may = useMay()
  const [format, setFormat] = useState<Everything>('csv')
  const { everything, busy } = useExport()
  if (!may('settings:write') || !may('personal:read')) return null
  return (
    <Card id="everything" title={t('everything.title')}>
      <div className="stack">
        <p className="soft">{t('everything.note')}</p>
        <p className="small soft">{t('everything.personal')}</p>
        <div className="field"><label htmlFor="everything-format">{t('everything.format')}</label><Select id="everything-format" value={format} onChange={setFormat} options={formats.map((value) => ({ value, label: t(`everything.format_${value}`) }))} /></div>
        <div className="row"><Button loading={busy} onClick={() => void everything(format)}>{t('everything.take')}</Button></div>
        <p className="small soft">{t('everything.backup')} {t('everything.backup_commands').split('\n').map((line) => <code key={line} className="command">{line}</code>)}</p>
        <SettingFacts name="everything.title" />
      </div>
    </Card>
  )
}
