import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { type ReactNode, useRef } from 'react'
import type { AuditEntry } from '@/api/types'
import { useMay } from '@/parts/access'
import { type Format, useFormat } from '@/parts/format'
import { SearchIcon } from '@/parts/icons'
import { Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { type Line, lines, type Raw } from './detail'
import { kindOf, useNames, type Way, wayOf, wayTo } from './things'
import { type Undo, undoOf } from './undo'
import { actionText, nameText, valueText } from './words'

type Named = (text: string) => string | undefined

/** The entries; a name narrows the log to that person, a thing or a value to what was done to it; what was done leads to where it is looked at, and taken back. */
export function AuditTable({ items, onActor, onAbout }: { items: AuditEntry[]; onActor: (id: string) => void; onAbout: (id: string) => void }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const { named, ready } = useNames(items)
  const now = Date.now()
  // once it stands it stays, whatever is asked for more of it
  const stood = useRef(false)
  if (!ready && !stood.current) return <div className="page"><Loading lines={10} /></div>
  stood.current = true
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('audit.title')}>
      <table className="data-table blocks audit">
        <thead><tr><th scope="col">{t('audit.when')}</th><th scope="col">{t('audit.who')}</th><th scope="col">{t('audit.what')}</th><th scope="col">{t('audit.subject')}</th><th scope="col">{t('audit.detail')}</th><th scope="col"><span className="sr">{t('common.undo')}</span></th><th scope="col" className="num">{t('audit.seq')}</th></tr></thead>
        <tbody>
          {items.map((x) => {
            const undo = undoOf(x, now)
            return (
              <tr key={x.seq} data-action={x.action}>
                <td className="nowrap soft">{f.instant(x.at)}</td>
                <td><Actor entry={x} f={f} onActor={onActor} /></td>
                <td className="strong"><To way={wayOf(x)}>{actionText(x.action, t)}</To></td>
                <td className="whole anywhere"><Subject text={x.subject} name={x.subject_name ?? named(x.subject)} f={f} />{x.subject && <OnlyThis name={x.subject_name ?? named(x.subject) ?? x.subject} onClick={() => onAbout(x.subject)} />}</td>
                <td className="whole small"><Detail all={lines(x.detail)} f={f} named={named} onAbout={onAbout} /></td>
                <td>{undo && may(undo.needs) && <Back undo={undo} what={actionText(x.action, t)} />}</td>
                <td className="num soft" title={x.hash} data-label={t('audit.seq')}>{x.seq}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** A link for whoever may follow it, else the words alone. */
function To({ way, children }: { way: Way | undefined; children: ReactNode }) {
  const may = useMay()
  if (!way || (way.needs && !may(way.needs))) return <span>{children}</span>
  return <Link to={way.to} params={way.params as never} search={(way.search ?? {}) as never} hash={way.hash}>{children}</Link>
}

/** Takes back what an entry tells of, at once or where its page asks first. */
function Back({ undo, what }: { undo: Undo; what: string }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const back = useMutation({
    mutationFn: async () => ('run' in undo ? undo.run() : undefined),
    onSuccess: () => toast.ok(t('audit.taken_back')),
    onError: (e) => toast.bad(problem(e)),
    onSettled: () => queries.invalidateQueries(),
  })
  const label = t('audit.undo_of', { what })
  if ('way' in undo) return <Link className="small" to={undo.way.to} params={undo.way.params as never} aria-label={label}>{t('common.undo')}</Link>
  return (
    <Popconfirm title={t('audit.undo_sure', { what })} okText={t('common.undo')} cancelText={t('common.cancel')} onConfirm={() => back.mutate()}>
      <Button size="small" loading={back.isPending} aria-label={label}>{t('common.undo')}</Button>
    </Popconfirm>
  )
}

/** Narrows the log to what was done to the same thing, or says the same. */
function OnlyThis({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useFormat()
  const text = t('audit.only_this', { name })
  return <button type="button" className="audit-only" aria-label={text} title={text} onClick={onClick}><SearchIcon /></button>
}

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

/** Files and places that are things of their own. */
const places = new Set(['customers', 'rejected', 'audit', 'definitions', 'everything', 'sql'])

/** What it was done to, by its name where there is one, and as a link where it can be looked at. */
function Subject({ text, name, f }: { text: string; name?: string | null; f: Format }) {
  const { t } = f
  if (!text) return <span className="soft">—</span>
  if (places.has(text)) return <span>{t(`audit.file_${text}`)}</span>
  const kind = kindOf(text)
  if (!kind) return <span className="mono">{text}</span>
  const word = t(`audit.thing_${kind}`)
  return <To way={wayTo(text)}>{word === `audit.thing_${kind}` ? '' : `${word} `}{name ? <span title={text}>{name}</span> : <span className="mono">{text.slice(text.indexOf(' ') + 1)}</span>}</To>
}

function Detail({ all, f, named, onAbout }: { all: Line[]; f: Format; named: Named; onAbout: (text: string) => void }) {
  if (!all.length) return <span className="soft">—</span>
  const values = (line: Line, raws: Raw[]) => (raws.length ? raws.map((raw, i) => <span key={i}>{i > 0 && f.t('segments.comma')}<Value path={line.path} raw={raw} f={f} named={named} onAbout={onAbout} /></span>) : '—')
  return (
    <dl className="detail">
      {all.map((line) => (
        <div key={line.path.join('.')}>
          <dt>{nameText(line.path, f.t)}</dt>
          <dd className="anywhere">{line.was && <>{values(line, line.was)} → </>}{values(line, line.now)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Keys of definitions and fields that stand in an entry without saying what they are keys of. */
const keyed: Record<string, string> = { segment: 'segment', segments: 'segment', classifications: 'classification', fields: 'field', retired: 'field', subject: 'segment' }

/** A value in words: things by name and as links; a text narrows the log to the entries that say it, before or after. */
function Value({ path, raw, f, named, onAbout }: { path: string[]; raw: Raw; f: Format; named: Named; onAbout: (text: string) => void }) {
  const words = valueText(path, raw, f)
  if (typeof raw !== 'string') return words
  if (words !== null) return <button type="button" className="linkish plain" title={f.t('audit.only_this', { name: words })} onClick={() => onAbout(raw)}>{words}</button>
  if (kindOf(raw) && wayTo(raw)) return <Subject text={raw} name={named(raw)} f={f} />
  const kind = keyed[path.at(-1) ?? '']
  const key = raw.replace(/^attribute\./, '')
  const name = kind && (named(`${kind} ${key}`) ?? named(`feature ${key}`) ?? (kind === 'field' && key === 'name' ? f.t('audit.detail_name') : undefined))
  return name ? <span title={raw}>{name}</span> : <>{raw}</>
}
