import { Link } from '@tanstack/react-router'
import type { AuditEntry } from '@/api/types'
import { useMay } from '@/parts/access'
import { type Format, useFormat } from '@/parts/format'
import { SearchIcon } from '@/parts/icons'
import { actions } from './actions'
import { lines } from './detail'

/** The entries; a name narrows the log to that person, what something was done to narrows it to that. */
export function AuditTable({ items, onActor, onAbout }: { items: AuditEntry[]; onActor: (id: string) => void; onAbout: (id: string) => void }) {
  const f = useFormat()
  const { t } = f
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('audit.title')}>
      <table className="data-table blocks audit">
        <thead><tr><th scope="col">{t('audit.when')}</th><th scope="col">{t('audit.who')}</th><th scope="col">{t('audit.what')}</th><th scope="col">{t('audit.subject')}</th><th scope="col">{t('audit.detail')}</th><th scope="col" className="num">{t('audit.seq')}</th></tr></thead>
        <tbody>
          {items.map((x) => (
            <tr key={x.seq} data-action={x.action}>
              <td className="nowrap soft">{f.instant(x.at)}</td>
              <td><Actor entry={x} f={f} onActor={onActor} /></td>
              <td className="strong">{actionText(x.action, f)}</td>
              <td className="whole anywhere"><Subject text={x.subject} name={x.subject_name} f={f} />{x.subject && <OnlyThis name={x.subject_name ?? x.subject} onClick={() => onAbout(x.subject)} />}</td>
              <td className="whole small"><Detail entry={x} f={f} /></td>
              <td className="num soft" title={x.hash} data-label={t('audit.seq')}>{x.seq}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Narrows the log to what was done to the same thing. */
function OnlyThis({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useFormat()
  const text = t('audit.only_this', { name })
  return <button type="button" className="audit-only" aria-label={text} title={text} onClick={onClick}><SearchIcon /></button>
}

const actionText = (action: string, f: Format) => (actions.includes(action) ? f.t(`audit.action_${action.replace('.', '_')}`) : action)

function Actor({ entry, f, onActor }: { entry: AuditEntry; f: Format; onActor: (id: string) => void }) {
  const { t } = f
  const { id, name } = entry.actor
  const text = name ?? (id === 'cli' || id === 'server' ? t(`audit.actor_${id}`) : id)
  return (
    <>
      {id ? <button type="button" className="linkish" title={id} onClick={() => onActor(id)}>{text}</button> : <span className="soft">{t('audit.nobody')}</span>}
      {entry.token && <div className="soft small">{t('audit.by_token', { token: entry.token })}</div>}
    </>
  )
}

/** What it was done to: people by name, imports and definitions as links. */
function Subject({ text, name, f }: { text: string; name?: string | null; f: Format }) {
  const { t } = f
  const may = useMay()
  if (!text) return <span className="soft">—</span>
  if (name) return <span title={text}>{name}</span>
  if (text.startsWith('cus_')) return <Link to="/customers/$id" params={{ id: text }}>{t('customers.one')} <span className="mono">{text}</span></Link>
  if (text.startsWith('imp_') && may('imports:write')) return <Link to="/imports/$id" params={{ id: text }}>{t('imports.one')} <span className="mono">{text}</span></Link>
  const [kind, key] = text.split(/ (.*)/s)
  if (key && kind === 'segment') return <Link to="/segments/$key" params={{ key }}>{t('audit.kind_segment')} <span className="mono">{key}</span></Link>
  if (key && kind === 'classification') return <Link to="/classifications/$key" params={{ key }}>{t('audit.kind_classification')} <span className="mono">{key}</span></Link>
  if (key && kind === 'feature') return <Link to="/features" search={{ open: key, q: undefined }}>{t('audit.kind_feature')} <span className="mono">{key}</span></Link>
  if (text === 'customers' || text === 'rejected' || text === 'audit') return <span>{t(`audit.file_${text}`)}</span>
  return <span className="mono">{text}</span>
}

function Detail({ entry, f }: { entry: AuditEntry; f: Format }) {
  const all = lines(entry.detail)
  if (!all.length) return <span className="soft">—</span>
  return <dl className="detail">{all.map(([name, text]) => <div key={name}><dt>{known(`audit.detail_${name.replaceAll('.', '_')}`, name, f)}</dt><dd className="anywhere">{text.startsWith('cus_') ? <Link to="/customers/$id" params={{ id: text }} className="mono">{text}</Link> : text.split(' → ').map((part) => valueOf(name, part, f)).join(' → ')}</dd></div>)}</dl>
}

/** The server's word in the reader's language, as far as it is known. */
function known(key: string, otherwise: string, f: Format) {
  const own = f.t(key)
  return own === key ? otherwise : own
}

/** What numbers count, apart from those that name or date something. */
const counts = new Set(['accepted', 'changed', 'customers', 'dropped', 'facts', 'invitations', 'matched', 'mails', 'ms', 'notes', 'records', 'rejected', 'removed', 'restored', 'reverted', 'rows', 'sessions', 'tokens'])

function valueOf(name: string, text: string, f: Format): string {
  if (name === 'role') return known(`access.role_${text}`, text, f)
  if (name === 'personal' || name === 'why') return known(`audit.${name}_${text}`, text, f)
  if (name === 'via') return known(`account.via_${text}`, text, f)
  if (name === 'until' || name === 'backup') return f.instant(text)
  if (counts.has(name) && /^\d+$/.test(text)) return f.integer(Number(text))
  return text === 'true' || text === 'false' ? f.t(text === 'true' ? 'common.yes' : 'common.no') : text
}
