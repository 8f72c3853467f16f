import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, DatePicker, Radio } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { overview } from '@/api/queries'
import type { Known } from '@/api/types'
import { useT } from '@/i18n'

/** Choose the business day everything is computed for, and whose knowledge counts. */
export default function AsOfPanel({ asOf, known = 'today', onDone }: { asOf?: string; known?: Known; onDone: () => void }) {
  const { t } = useT()
  const navigate = useNavigate()
  const newest = useQuery({ ...overview(), staleTime: 60_000 }).data
  const [day, setDay] = useState(asOf)
  const [whose, setWhose] = useState<Known>(known)
  const go = (as_of: string | undefined, k: Known) => {
    void navigate({ to: '.', search: ((old: object) => ({ ...old, as_of, known: as_of && k === 'then' ? 'then' : undefined })) as never, replace: true })
    onDone()
  }
  return (
    <div className="asof-panel">
      <p className="small soft">{t('shell.as_of_help')}</p>
      {newest && newest.customers > 0 && <p className="small" data-testid="newest-is">{t(newest.as_of === newest.today ? 'shell.newest_today' : 'shell.newest_is', { day: newest.as_of, today: newest.today })}</p>}
      <div className="field">
        <label htmlFor="as-of-day">{t('shell.as_of')}</label>
        <DatePicker id="as-of-day" value={day ? dayjs(day) : null} onChange={(d) => setDay(d ? d.format('YYYY-MM-DD') : undefined)} format="YYYY-MM-DD" maxDate={dayjs()} placeholder={t('shell.newest')} />
      </div>
      <Radio.Group value={whose} onChange={(e) => setWhose(e.target.value as Known)} options={[{ value: 'today', label: t('shell.known_today') }, { value: 'then', label: t('shell.known_then') }]} vertical aria-label={t('shell.known')} />
      <div className="row">
        <Button type="primary" onClick={() => go(day, whose)}>{t('common.apply')}</Button>
        {asOf && <Button onClick={() => go(undefined, 'today')}>{t('shell.back_to_newest')}</Button>}
      </div>
    </div>
  )
}
