import { Button } from 'antd'
import { href } from '@/api/client'
import type { Import, RejectReason, Report } from '@/api/types'
import { type Format, useFormat } from '@/parts/format'
import { PlainTable } from '@/parts/ChartCard'
import { Fold } from '@/parts/Fold'
import { Card } from '@/parts/Page'

/** What the rows say, all of them: counts that add up, reasons with examples, quality. */
export function CheckReport({ data, report, dry }: { data: Import; report: Report; dry?: boolean }) {
  const f = useFormat()
  const { t } = f
  const records = Object.entries(report.records).filter(([, n]) => n.created + n.updated + n.duplicate > 0)
  return (
    <>
      <Card title={t(dry ? 'imports.dry_run' : data.status === 'undone' ? 'imports.was_outcome' : 'imports.outcome')} extra={<span className="soft small">{t('imports.took', { seconds: report.seconds < 0.01 ? `<${f.decimal(0.01)}` : f.decimal(report.seconds, 2) })}</span>}>
        <div className="stack">
          <dl className="facts">
            <Fact f={f} name={t('imports.customers_created')} n={report.customers.created} />
            <Fact f={f} name={t('imports.customers_updated')} n={report.customers.updated} />
            <Fact f={f} name={t('imports.customers_unchanged')} n={report.customers.unchanged} />
            <Fact f={f} name={t('imports.duplicates')} n={report.duplicates} />
            <Fact f={f} name={t('imports.rejected')} n={report.quarantined} tone={report.quarantined ? 'worse' : undefined} />
          </dl>
          <p className="balance soft">
            <b>{f.integer(report.rows_in)}</b> {t('imports.rows_in')} = <b>{f.integer(report.accepted)}</b> {t('imports.accepted')} + <b>{f.integer(report.quarantined)}</b> {t('imports.rejected')} + <b>{f.integer(report.duplicates)}</b> {t('imports.duplicates')}
          </p>
          {records.length > 0 && (
            <PlainTable
              caption={t('imports.records')}
              columns={[{ name: t('imports.records') }, { name: t('imports.created'), number: true }, { name: t('imports.updated'), number: true }, { name: t('imports.duplicates'), number: true }]}
              rows={records.map(([kind, n]) => [kind === 'lines' && report.orders ? t('imports.kind_lines_of', { count: report.orders, orders: f.integer(report.orders) }) : t(`imports.kind_${kind}`), f.integer(n.created), f.integer(n.updated), f.integer(n.duplicate)])}
            />
          )}
          {report.first_day && <p className="soft small">{t('imports.days', { from: report.first_day, to: report.last_day })}</p>}
        </div>
      </Card>
      {report.rejects_by_reason.length > 0 && (
        <Card
          title={t('imports.reasons')}
          extra={<><Button size="small" href={href(`/imports/${data.id}/rejected.xlsx`, { lang: f.lang })} download>{t('imports.download_xlsx')}</Button><Button size="small" href={href(`/imports/${data.id}/rejected.csv`, { lang: f.lang })} download>{t('imports.download_csv')}</Button></>}
        >
          {report.rejects_by_reason.map((r, i) => <Reason key={r.code} reason={r} several={data.files.length > 1} open={i === 0} f={f} />)}
          <p className="soft small resubmit">{t('imports.resubmit')}</p>
        </Card>
      )}
      <Quality report={report} f={f} />
    </>
  )
}

function Fact({ name, n, tone, f }: { name: string; n: number; tone?: string; f: Format }) {
  return <div><dt>{name}</dt><dd className={tone}>{f.integer(n)}</dd></div>
}

/** What can be done about a row that was rejected, by the reason. */
const helps: Record<string, string> = {
  customer_missing: 'customer_missing', date_invalid: 'date_invalid', money_invalid: 'money_invalid', phone_invalid: 'phone_invalid',
  phone_lost_digits: 'lost_digits', id_lost_digits: 'lost_digits', order_unknown: 'order_unknown', currency_foreign: 'currency_foreign', totals_row: 'totals_row',
}

function Reason({ reason, several, open, f }: { reason: RejectReason; several: boolean; open: boolean; f: Format }) {
  const { t } = f
  const help = helps[reason.code]
  return (
    <Fold className="reason" open={open} head={<><span className="num">{f.integer(reason.count)}</span><span>{f.label(reason.text)}</span></>}>
      {reason.examples.length > 0 && (
        <PlainTable
          fit caption={f.label(reason.text)}
          columns={[...(several ? [{ name: t('imports.file') }] : []), { name: t('imports.line'), number: true }, { name: t('imports.column') }, { name: t('imports.original') }]}
          rows={reason.examples.map((e) => [...(several ? [e.file] : []), f.integer(e.line), e.column ?? '—', <code key="v">{e.value || t('imports.blank')}</code>])}
        />
      )}
      {help && <p className="small">{t(`imports.fix_${help}`)}</p>}
    </Fold>
  )
}

function Quality({ report, f }: { report: Report; f: Format }) {
  const { t } = f
  const { score, checks } = report.quality
  if (!checks.length) return null
  const mark = { ok: '✓', warn: '▲', bad: '▼' }
  // what is to be looked at comes first; what is fine folds away
  const told = [...checks.filter((c) => c.level === 'bad'), ...checks.filter((c) => c.level === 'warn')]
  const fine = checks.filter((c) => c.level === 'ok')
  const list = (items: typeof checks) => (
    <ul className="checks">
      {items.map((c) => (
        <li key={c.code}>
          <span className={`level ${c.level}`} aria-label={t(`imports.level_${c.level}`)} role="img">{mark[c.level]}</span>
          <span className="grow">{f.label(c.text)}</span>
          {c.count > 0 && <span className="num nowrap">{f.integer(c.count)} <span className="soft small">({f.percent(c.share)})</span></span>}
        </li>
      ))}
    </ul>
  )
  return (
    <Card title={t('imports.quality')}>
      <div className="quality">
        <div className="score"><b>{Math.round(score)}</b><span className="soft small">{t('imports.of_100')}</span></div>
        <div>
          {told.length > 0 && list(told)}
          {fine.length > 0 && <Fold className="fine" open={told.length === 0} head={<span><span className="level ok" aria-hidden="true">✓</span> {t('imports.fine', { count: fine.length })}</span>}>{list(fine)}</Fold>}
        </div>
      </div>
    </Card>
  )
}
