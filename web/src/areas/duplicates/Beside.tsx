import { Link } from '@tanstack/react-router'
import type { CandidateDetail, Field, Side } from '@/api/duplicates'
import { type Format, useFormat } from '@/parts/format'
import { Lock } from '@/parts/Masked'
import { other, standing, type Which } from './choice'

interface Props { detail: CandidateDetail; survivor: Which; onSurvivor: (w: Which) => void; picks: Record<string, Which>; onPick: (field: string, w: Which) => void; choosing: boolean }

/** Both customers, field by field: what each says, how far they agree, and what that says. */
export function Beside({ detail: d, survivor, onSurvivor, picks, onPick, choosing }: Props) {
  const f = useFormat()
  const { t } = f
  const home = d.pair.reasons.find((r) => r.field === 'household')
  return (
    <div className="stack">
      <div className="dup-heads">
        {(['a', 'b'] as const).map((w) => <Head key={w} side={d[w]} f={f} keeps={survivor === w} choosing={choosing} onKeep={() => onSurvivor(w)} />)}
      </div>
      <div className="scroll" role="group" tabIndex={0} aria-label={t('duplicates.side_by_side')}>
        <table className="data-table dup-fields">
          <thead><tr><th scope="col">{t('duplicates.field')}</th><th scope="col">{d.a.name ?? d.a.id}</th><th scope="col">{d.b.name ?? d.b.id}</th><th scope="col">{t('duplicates.agreement')}</th></tr></thead>
          <tbody>
            {d.fields.map((x) => <Row key={x.field} field={x} f={f} pick={picks[x.field] ?? standing(x, survivor)} choosing={choosing} onPick={(w) => onPick(x.field, w)} />)}
          </tbody>
        </table>
      </div>
      {home && <p className="small soft">{t('duplicates.household')}</p>}
      {choosing && <p className="small soft">{t('duplicates.what_happens', { name: d[survivor].name ?? d[survivor].id, other: d[other(survivor)].name ?? d[other(survivor)].id })}</p>}
    </div>
  )
}

function Head({ side: s, f, keeps, choosing, onKeep }: { side: Side; f: Format; keeps: boolean; choosing: boolean; onKeep: () => void }) {
  const { t } = f
  return (
    <div className={`dup-head${keeps && choosing ? ' on' : ''}`}>
      <div className="dup-head-name"><Link className="strong" to="/customers/$id" params={{ id: s.id }}>{s.name ?? s.id}</Link>{s.members > 0 && <span className="chip">{t('duplicates.made_of', { count: s.members + 1, n: s.members + 1 })}</span>}</div>
      <dl className="facts">
        <div><dt>{t('duplicates.orders')}</dt><dd>{s.orders == null ? '—' : f.integer(s.orders)}</dd></div>
        <div><dt>{t('duplicates.net')}</dt><dd>{s.net == null ? '—' : f.money(s.net)}</dd></div>
        <div><dt>{t('duplicates.last_order')}</dt><dd>{s.last_order ?? '—'}</dd></div>
      </dl>
      <div className="row small">{s.owner && <span className="soft">{t('duplicates.owner', { name: s.owner.name })}</span>}{s.tags.map((x) => <span key={x.id} className="chip">{x.name}</span>)}</div>
      {choosing && <label className="dup-keep"><input type="radio" name="survivor" checked={keeps} onChange={onKeep} /> {t('duplicates.stays')}</label>}
    </div>
  )
}

function Row({ field: x, f, pick, choosing, onPick }: { field: Field; f: Format; pick: Which | undefined; choosing: boolean; onPick: (w: Which) => void }) {
  const { t } = f
  const say = (w: Which) => x[w].map((v) => (x.field === 'phone' ? f.phone(f.label(v)) : f.label(v))).join(t('duplicates.between')) || '—'
  const cell = (w: Which) => (
    <td key={w} className={`anywhere${choosing && x.choose && pick === w ? ' dup-wins' : ''}`}>
      {choosing && x.choose && x[w].length > 0
        ? <label className="dup-value"><input type="radio" name={x.field} checked={pick === w} onChange={() => onPick(w)} aria-label={t('duplicates.take', { field: f.label(x.label), value: say(w) })} /> <span>{say(w)}</span>{x.masked && <Lock whole />}</label>
        : <>{say(w)}{x.masked && <Lock whole />}</>}
    </td>
  )
  return (
    <tr data-field={x.field}>
      <th scope="row">{f.label(x.label)}</th>
      {cell('a')}
      {cell('b')}
      <td className="nowrap">{x.field === 'number' ? <span className="small soft">{t('duplicates.both_kept')}</span> : <span className={`chip dup-${x.agreement}`}>{t(`duplicates.is_${x.agreement}`)}</span>}{x.says && x.says !== 'nothing' && <span className="small soft dup-says">{t(`duplicates.says_${x.says}`)}</span>}</td>
    </tr>
  )
}
