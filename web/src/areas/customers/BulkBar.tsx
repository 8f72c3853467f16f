import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { segments } from '@/api/queries'
import type { ChangeBody, ChangeKind } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { withKey } from '@/parts/hooks'
import { ExportMenu } from '@/parts/jobs/ExportMenu'
import { LinkButton } from '@/parts/LinkButton'
import { nobody, pickedOf, type Selection, size, whom } from '@/parts/list/selection'
import { SelectionBar } from '@/parts/list/SelectionBar'
import { Pop } from '@/parts/Pop'
import { useAt } from '@/parts/useAt'
import { useOwners } from './Owner'
import { RefusalDialog } from './Refusal'
import { TagPicker } from './Tags'
import { useChange } from './useChange'

const SetField = lazy(async () => ({ default: (await import('./SetField')).SetField }))

interface Props { selection: Selection; onSelect: (next: Selection) => void; filter: Record<string, string>; shown: number; total: number; files: { shown: Search; everything: Search } }
type Search = Record<string, string | undefined>

/** What can be done with those selected; "all matching" is worked out by the server, not row by row here. */
export default function BulkBar({ selection, onSelect, filter, shown, total, files }: Props) {
  const { t } = useFormat()
  const may = useMay()
  const owners = useOwners()
  const change = useChange(() => onSelect(nobody))
  const n = size(selection, total)
  const [asking, setAsking] = useState<'profiling_refuse' | 'profiling_allow' | null>(null)
  const [setting, setSetting] = useState(false)
  const past = useAt().as_of
  const [a, b] = selection.ids
  const pair = !selection.all && n === 2 && a && b ? { a, b } : undefined
  const act = (kind: ChangeKind, subject: string) => change.mutate({ kind, subject, except: [], ...whom(selection, filter, total) } as ChangeBody)
  return (
    <>
      <SelectionBar selection={selection} onSelect={onSelect} shown={shown} total={total} busy={change.isPending}>
        <Pop className="pop-button" label={t('work.add_tag')} button={t('work.add_tag')}>{(close) => <TagPicker autoFocus onPick={(x) => { close(); act('tag_add', x.id) }} />}</Pop>
        <Pop className="pop-button" label={t('work.remove_tag')} button={t('work.remove_tag')}>{(close) => <TagPicker autoFocus onlyThese onPick={(x) => { close(); act('tag_remove', x.id) }} />}</Pop>
        <Pop className="pop-button" label={t('work.set_owner')} button={<>{t('work.set_owner')} <span className="kbd" aria-hidden="true">A</span></>} title={withKey(t('work.set_owner'), 'A')}>
          {(close) => (
            <div className="menu picker-list">
              {owners.map((o) => <button key={o.id} type="button" onClick={() => { close(); act('owner_set', o.id) }}>{o.name}</button>)}
              <button type="button" onClick={() => { close(); act('owner_set', 'none') }}>{t('work.nobody')}</button>
            </div>
          )}
        </Pop>
        <button type="button" className="pop-button" disabled={!!past} title={past ? t('fields.locked_past') : undefined} onClick={() => setSetting(true)}>{t('fields.set_many')}</button>
        {may('definitions:write') && <Lists onPick={act} />}
        <ExportMenu {...files} picked={pickedOf(selection)} />
        <Pop className="pop-button" label={t('work.profiling')} button={t('work.profiling')} align="right">
          {(close) => (
            <div className="menu">
              {(['profiling_refuse', 'profiling_allow'] as const).map((kind) => <button key={kind} type="button" onClick={() => { close(); setAsking(kind) }}>{t(kind === 'profiling_refuse' ? 'work.refuse' : 'work.refusal_back')}</button>)}
            </div>
          )}
        </Pop>
        {pair && <LinkButton to="/duplicates" search={pair}>{t('duplicates.merge_two')}</LinkButton>}
      </SelectionBar>
      {asking && <RefusalDialog refuses={asking === 'profiling_refuse'} busy={change.isPending} count={n} onClose={() => setAsking(null)} onSay={(refusal) => change.mutate({ kind: asking, refusal, except: [], ...whom(selection, filter, total) } as ChangeBody, { onSettled: () => setAsking(null) })} />}
      {setting && <Suspense fallback={null}><SetField who={whom(selection, filter, total)} count={n} onClose={() => setSetting(false)} onDone={() => { setSetting(false); onSelect(nobody) }} /></Suspense>}
    </>
  )
}

/** Fixed lists to put them on or take them off. */
function Lists({ onPick }: { onPick: (kind: ChangeKind, segment: string) => void }) {
  const f = useFormat()
  const { t } = f
  const { data = [] } = useQuery(segments())
  const lists = data.filter((s) => s.kind === 'static')
  return (
    <Pop className="pop-button" label={t('work.lists')} button={t('work.lists')} align="right">
      {(close) => (
        <div className="menu picker-list">
          {lists.length === 0 && <span className="soft small">{t('work.no_lists')}</span>}
          {lists.map((s) => <button key={`+${s.key}`} type="button" onClick={() => { close(); onPick('list_add', s.key) }}>{t('work.list_add', { name: f.label(s.label) })}</button>)}
          {lists.map((s) => <button key={`-${s.key}`} type="button" onClick={() => { close(); onPick('list_remove', s.key) }}>{t('work.list_remove', { name: f.label(s.label) })}</button>)}
        </div>
      )}
    </Pop>
  )
}
