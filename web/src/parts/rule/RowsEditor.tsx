import { Button, InputNumber, Segmented, Select } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { segments as segmentsQuery } from '@/api/queries'
import type { Expr } from '@/api/rule'
import type { Feature } from '@/api/types'
import { type Format, useCatalog, useFormat } from '@/parts/format'
import { CloseIcon } from '@/parts/icons'
import { AggregateEditor } from './AggregateEditor'
import { FeatureSelect, ManyInput, ValueInput } from './inputs'
import { addRow, type ConditionRow, emptyCondition, emptyGroup, emptyMember, emptyTop, type GroupRow, isComplete, newAggregate, replaceRow, type Row } from './rows'
import './rule.css'
import { arity, choices, currentChoice, subjectType } from './words'

interface Props { root: GroupRow; onChange: (next: GroupRow) => void; counts?: Map<string, number>; rawText?: Map<string, string>; segments?: boolean; coming?: number }

/** The rule as nested rows. Nothing here needs code; what rows cannot show stays and is edited as text. `coming`: rows whose place is kept. */
export function RowsEditor({ root, onChange, counts, rawText, segments = true, coming = 0 }: Props) {
  return <Group row={root} depth={0} root={root} onChange={onChange} counts={counts} rawText={rawText} segments={segments} coming={coming} />
}

type Context = Required<Pick<Props, 'root' | 'onChange' | 'segments' | 'coming'>> & Pick<Props, 'counts' | 'rawText'>

function Group({ row, depth, ...context }: { row: GroupRow; depth: number } & Context) {
  const { t } = useFormat()
  const { root, onChange } = context
  const set = (next: GroupRow) => onChange(replaceRow(root, row.id, next))
  const add = (made: Row) => onChange(addRow(root, row.id, made))
  const behaviour = (): ConditionRow => ({ ...emptyCondition(), subject: { aggregate: newAggregate() } })
  return (
    <div className={`rule-group${depth ? ' inner' : ''}`} role="group" aria-label={t(row.join === 'all' ? 'rule.all' : 'rule.any')}>
      <div className="rule-join">
        <span>{t('rule.match')}</span>
        <Segmented<'all' | 'any'> size="small" aria-label={t('rule.join')} value={row.join} onChange={(join) => set({ ...row, join })} options={[{ value: 'all', label: t('rule.all') }, { value: 'any', label: t('rule.any') }]} />
        <Button size="small" type={row.negated ? 'default' : 'text'} aria-pressed={row.negated} onClick={() => set({ ...row, negated: !row.negated })}>{t(row.negated ? 'rule.negated' : 'rule.negate')}</Button>
        {depth > 0 && <><span className="grow" /><button type="button" className="icon-btn" aria-label={t('rule.remove_group')} onClick={() => onChange(replaceRow(root, row.id, null))}><CloseIcon /></button></>}
      </div>
      {row.items.map((item) => (item.kind === 'group' ? <Group key={item.id} row={item} depth={depth + 1} {...context} /> : <Line key={item.id} row={item} {...context} />))}
      {depth === 0 && Array.from({ length: context.coming }, (_, i) => <div key={i} className="rule-row rule-coming" aria-hidden="true" />)}
      <div className="rule-add">
        <Button size="small" type="text" onClick={() => add(emptyCondition())}>+ {t('rule.add_condition')}</Button>
        <Button size="small" type="text" onClick={() => add(behaviour())}>+ {t('rule.add_behaviour')}</Button>
        {depth < 4 && <Button size="small" type="text" onClick={() => add({ ...emptyGroup('any'), items: [emptyCondition()] })}>+ {t('rule.add_group')}</Button>}
        {context.segments && <Button size="small" type="text" onClick={() => add(emptyMember())}>+ {t('rule.add_segment')}</Button>}
        <Button size="small" type="text" onClick={() => add(emptyTop())}>+ {t('rule.add_top')}</Button>
      </div>
    </div>
  )
}

function Line({ row, root, onChange, counts, rawText }: { row: Exclude<Row, GroupRow> } & Context) {
  const f = useFormat()
  const { t } = f
  const set = (next: Row) => onChange(replaceRow(root, row.id, next))
  const count = counts?.get(row.id)
  return (
    <div className="rule-row">
      {row.kind === 'condition' && <ConditionCells row={row} onChange={set} f={f} />}
      {row.kind === 'member' && <MemberCells row={row} onChange={set} f={f} />}
      {row.kind === 'top' && <TopCells row={row} onChange={set} f={f} />}
      {row.kind === 'raw' && <code className="rule-raw" title={t('rule.raw')}>{rawText?.get(row.id) ?? t('rule.raw')}</code>}
      <div className="rule-end">
        <span className="rule-count" aria-label={t('rule.count_of_condition')}>{count !== undefined ? <>→ <b>{f.integer(count)}</b></> : !isComplete(row) ? t('rule.unfinished') : ''}</span>
        <button type="button" className="icon-btn" aria-label={t('rule.remove')} onClick={() => onChange(replaceRow(root, row.id, null))}><CloseIcon /></button>
      </div>
    </div>
  )
}

function ConditionCells({ row, onChange, f }: { row: ConditionRow; onChange: (next: Row) => void; f: Format }) {
  const { t } = f
  const { byKey } = useCatalog()
  const cells = useRef<HTMLDivElement>(null)
  const subject = row.subject
  // added a moment ago: the choice stands open
  const fresh = useRef(subject === null)
  const key = subject && 'feature' in subject ? subject.feature : null
  const classification = key?.startsWith('class.') ? key.slice('class.'.length) : undefined
  const type = subjectType(subject, byKey)
  const options = key ? (byKey.get(key)?.entry?.options ?? undefined) : undefined
  const among = choices(type, classification !== undefined)
  const now = currentChoice(row.verb, row.negated, among)
  const choose = (next: string) => {
    const c = among.find((x) => x.key === next)
    if (!c) return
    const n = arity(c.verb)
    const kept = row.values.filter((v): v is Expr => v !== null)
    const values = n === 'many' ? kept : Array.from({ length: n }, (_, i) => kept[i] ?? null)
    onChange({ ...row, verb: c.verb, negated: c.negated, values })
  }
  const chooseSubject = (next: string) => {
    const isClass = next.startsWith('class.')
    const kind = isClass ? 'text' : (byKey.get(next)?.value ?? 'number')
    // what is asked next is typed next
    setTimeout(() => cells.current?.querySelector<HTMLInputElement>('.value input, input.value')?.focus())
    const same = subject !== null && kind === type && !isClass && classification === undefined
    const first = choices(kind, isClass)[0]
    onChange(same ? { ...row, subject: { feature: next } } : { ...row, subject: { feature: next }, verb: first?.verb ?? '>=', negated: first?.negated ?? false, values: first && arity(first.verb) === 'many' ? [] : [null] })
  }
  const setValue = (i: number) => (value: Expr | null) => onChange({ ...row, values: row.values.map((v, j) => (j === i ? value : v)) })
  const unit = f.label(key ? byKey.get(key)?.unit : null)
  const verbs = among.some((c) => c.key === now.key) ? among : [...among, now]
  const n = arity(row.verb)
  return (
    <div className="rule-cells" ref={cells}>
      {subject && 'aggregate' in subject
        ? <AggregateEditor value={subject.aggregate} onChange={(aggregate) => onChange({ ...row, subject: { aggregate } })} />
        : <FeatureSelect className="subject" label={t('rule.feature')} value={key} onChange={chooseSubject} fresh={fresh.current} />}
      <Select className="verb" aria-label={t('rule.comparison')} value={now.key} onChange={choose} popupMatchSelectWidth={false} options={verbs.map((c) => ({ value: c.key, label: t(`rule.verb_${c.key === c.verb ? nameOf(c.verb) : c.key}`) }))} />
      {n === 'many' && <ManyInput type={type} classification={classification} options={options} values={row.values} onChange={(values) => onChange({ ...row, values })} label={t('rule.value')} />}
      {n === 1 && <ValueInput type={row.verb === 'contains' ? 'text' : type} classification={row.verb === 'contains' ? undefined : classification} options={options} value={row.values[0] ?? null} onChange={setValue(0)} unit={unit} label={t('rule.value')} />}
      {n === 2 && (
        <>
          <ValueInput type={type} value={row.values[0] ?? null} onChange={setValue(0)} unit={unit} label={t('rule.low')} />
          <ValueInput type={type} value={row.values[1] ?? null} onChange={setValue(1)} unit={unit} label={t('rule.high')} />
        </>
      )}
    </div>
  )
}

const nameOf = (verb: string) => ({ '=': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' })[verb] ?? verb

function MemberCells({ row, onChange, f }: { row: Extract<Row, { kind: 'member' }>; onChange: (next: Row) => void; f: Format }) {
  const { t } = f
  const { data = [] } = useQuery(segmentsQuery())
  return (
    <div className="rule-cells">
      <Select className="verb" aria-label={t('rule.comparison')} value={row.negated ? 'not' : 'in'} onChange={(v) => onChange({ ...row, negated: v === 'not' })} options={[{ value: 'in', label: t('rule.in_segment') }, { value: 'not', label: t('rule.not_in_segment') }]} popupMatchSelectWidth={false} />
      <Select className="value" aria-label={t('rule.segment')} value={row.segment ?? undefined} placeholder={t('rule.choose_segment')} onChange={(segment: string) => onChange({ ...row, segment })} options={data.map((s) => ({ value: s.key, label: f.label(s.label) }))} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={260} />
    </div>
  )
}

const numeric = (x: Feature) => x.value === 'int' || x.value === 'number' || x.value === 'money'

function TopCells({ row, onChange, f }: { row: Extract<Row, { kind: 'top' }>; onChange: (next: Row) => void; f: Format }) {
  const { t } = f
  const key = row.by && 'feature' in row.by ? row.by.feature : null
  const value = `${row.negated ? 'not_' : ''}${row.bottom ? 'bottom' : 'top'}`
  return (
    <div className="rule-cells">
      {row.by && 'aggregate' in row.by
        ? <AggregateEditor value={row.by.aggregate} onChange={(aggregate) => onChange({ ...row, by: { aggregate } })} />
        : <FeatureSelect className="subject" label={t('rule.top_by')} value={key} filter={numeric} classes={false} onChange={(feature) => onChange({ ...row, by: { feature } })} />}
      <Select className="verb" aria-label={t('rule.comparison')} value={value} onChange={(v: string) => onChange({ ...row, negated: v.startsWith('not_'), bottom: v.endsWith('bottom') })} options={['top', 'bottom', 'not_top', 'not_bottom'].map((v) => ({ value: v, label: t(`rule.${v}`) }))} popupMatchSelectWidth={false} />
      <InputNumber<number> className="value short" aria-label={t('rule.percent')} min={0.01} max={100} suffix="%" value={row.percent} onChange={(percent) => onChange({ ...row, percent })} changeOnWheel={false} controls={false} />
    </div>
  )
}
