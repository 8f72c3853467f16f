import { Button, Popconfirm } from 'antd'
import { Problem } from '@/api/problem'
import type { Import } from '@/api/types'
import { useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Card } from '@/parts/Page'
import { RemoveSample } from '@/parts/sample/Sample'
import { Failed } from '@/parts/States'
import { CheckReport } from './CheckReport'

/** After the import: what happened, where to go, and the way back. */
export function Result({ data, undoing, onUndo, onEdit }: { data: Import; undoing: boolean; onUndo: () => void; onEdit: () => void }) {
  const f = useFormat()
  const { t } = f
  const r = data.report
  // an answer that does not say it leaves the general word
  const resting = data.resting_rows
  const handled = data.handled ?? 0
  if (data.status === 'failed')
    return (
      <>
        <Failed error={Problem.of(data.error, data.error?.status ?? 0)} />
        <Card><p className="soft">{t('imports.failed_note')}</p><Button onClick={onEdit}>{t('imports.back_to_map')}</Button></Card>
      </>
    )
  return (
    <>
      <Card
        title={data.status === 'undone' ? t('imports.was_undone') : t('imports.done')}
        extra={
          data.status === 'committed' && (data.sample ? <RemoveSample /> : data.undo_until && (
            <Popconfirm title={t('imports.undo_sure')} description={<div className="undo-what"><p>{t('imports.undo_what')}</p>{resting !== 0 && <p className="strong">{resting ? t('imports.undo_resting', { count: resting, n: f.integer(resting) }) : t('imports.undo_later')}</p>}{handled > 0 && <p className="strong">{t('imports.undo_handled', { count: handled, n: f.integer(handled) })}</p>}</div>} onConfirm={onUndo} okText={t('imports.undo')} cancelText={t('common.cancel')}>
              <Button loading={undoing}>{t('imports.undo')}</Button>
            </Popconfirm>
          ))
        }
      >
        {data.status === 'committed' && r && (
          <div className="stack">
            <p>{t('imports.done_sentence', { count: r.accepted, rows: f.integer(r.accepted), rejected: f.integer(r.quarantined) })} {data.sample ? t('sample.note') : data.undo_until ? t('imports.undo_until', { until: f.instant(data.undo_until) }) : t('imports.undo_over')}</p>
            <div className="row">
              <LinkButton to="/classification" kind="primary">{t('imports.see_classes')}</LinkButton>
              <LinkButton to="/customers">{t('imports.see_customers')}</LinkButton>
              <LinkButton to="/imports">{t('imports.more_files')}</LinkButton>
            </div>
          </div>
        )}
        {data.status === 'undone' && (
          <div className="stack">
            <p>{t('imports.undone_sentence')}</p>
            <div className="row"><LinkButton to="/imports" kind="primary">{t('imports.more_files')}</LinkButton><LinkButton to="/customers">{t('imports.see_customers')}</LinkButton></div>
          </div>
        )}
      </Card>
      {r && <CheckReport data={data} report={r} />}
    </>
  )
}
