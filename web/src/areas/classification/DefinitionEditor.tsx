import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { postClassification, putClassification } from '@/api/queries'
import type { Rule } from '@/api/rule'
import type { Classification, ClassificationDetail, Label } from '@/api/types'
import { askToLeave } from '@/parts/ask'
import { useFormat } from '@/parts/format'
import { NameFields } from '@/parts/field/NameFields'
import { FeatureSelect } from '@/parts/rule/inputs'
import { RuleEditor } from '@/parts/rule/RuleEditor'
import { useRule } from '@/parts/rule/useRule'
import { Card } from '@/parts/Page'
import { Failed } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useUnsaved } from '@/parts/useUnsaved'
import { ClassPreview } from './ClassPreview'

interface Draft { id: number; key: string; label: Label; text: string; when: Rule }
let next = 0

type Method = Classification['method']
/** Everything of a new one but what people say: no key, the server makes one of its name. */
const fresh: Classification = { key: '', label: { zh: '', en: '' }, description: { zh: '', en: '' }, group: 'custom', method: { kind: 'rules', classes: [], otherwise: { key: 'others', label: { zh: '', en: '' } } }, builtin: false, version: 1 }

/** Edits the rules of a classification, in order; saving makes a new version. Without `detail` it makes a new one. */
export default function DefinitionEditor({ detail, onDone }: { detail?: ClassificationDetail; onDone: (made?: ClassificationDetail) => void }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const definition = detail?.definition ?? fresh
  const method = definition.method
  const [kind, setKind] = useState<Method['kind']>(method.kind)
  const [label, setLabel] = useState(definition.label)
  const [description, setDescription] = useState(definition.description)
  const [otherwise, setOtherwise] = useState(method.otherwise.label)
  const [feature, setFeature] = useState(method.kind === 'values' ? method.feature : '')
  const [classes, setClasses] = useState<Draft[]>(() => (method.kind === 'rules' ? method.classes.map((c) => ({ id: ++next, key: c.key, label: c.label, text: detail?.rules.find((r) => r.class === c.key)?.text ?? '', when: c.when })) : []).concat(detail ? [] : [blank()]))
  const [bad, setBad] = useState<Set<number>>(new Set())
  const ruled = kind === 'rules'
  const nameless = !name(label)
  const unnamed = ruled && classes.some((c) => !name(c.label))
  const empty = ruled && (classes.length === 0 || classes.some((c) => !c.text.trim()))
  const missing = nameless ? 'classification.nameless' : unnamed ? 'classification.unnamed' : empty ? 'classification.empty_rule' : !name(otherwise) ? 'classification.otherwise_missing' : !ruled && !feature ? 'classification.feature_missing' : null
  const done = useRef(false)
  const now = JSON.stringify([label, description, kind, otherwise, feature, classes.map((c) => [c.key, c.label, c.text])])
  const [before] = useState(now)
  // what was opened, also when a newer version arrives meanwhile
  const [opened] = useState(definition.version ?? 1)
  const dirty = () => !done.current && now !== before
  useUnsaved(dirty)
  const cancel = async () => {
    if (dirty() && !(await askToLeave())) return
    // asked once is enough: what follows may leave the page
    done.current = true
    onDone()
  }
  const said = (): Classification => {
    const rest = { ...method.otherwise, label: both(otherwise) }
    return {
      ...definition, label: both(label), description: both(description),
      method: ruled ? { kind: 'rules', classes: keyed(classes, rest.key), otherwise: rest } : { ...(method.kind === 'values' ? method : { kind: 'values', limit: 30 }), feature, otherwise: rest },
    }
  }
  // what has no name yet can be counted already
  const countable = !(ruled ? bad.size > 0 || empty : !feature) && (now !== before || !detail)
  const save = useMutation({
    mutationFn: () => (detail ? putClassification(detail.key, said(), opened) : postClassification(said())),
    onSuccess: async (made) => {
      done.current = true
      toast.ok(detail ? t('classification.saved', { version: made.version ?? '' }) : t('classification.made', { name: f.label(made.label) }))
      await queries.invalidateQueries({ queryKey: ['run'] })
      onDone(made)
    },
  })
  const change = (id: number, part: Partial<Draft>) => setClasses((all) => all.map((c) => (c.id === id ? { ...c, ...part } : c)))
  const move = (index: number, by: number) =>
    setClasses((all) => {
      const to = index + by
      const copy = [...all]
      const [taken] = copy.splice(index, 1)
      if (!taken || to < 0 || to > copy.length) return all
      copy.splice(to, 0, taken)
      return copy
    })
  return (
    <Card title={detail ? t('classification.edit') : undefined}>
      <div className="form-grid">
        {save.error && <Failed error={save.error} />}
        <NameFields id="c-label" of={t('classification.name')} value={label} onChange={setLabel} />
        <NameFields id="c-description" of={t('classification.description')} value={description} onChange={setDescription} />
        {!detail && (
          <div className="field how">
            <span className="field-name" id="c-kind">{t('classification.how')}</span>
            <Segmented<Method['kind']> aria-labelledby="c-kind" value={kind} onChange={setKind} options={(['rules', 'values'] as const).map((value) => ({ value, label: t(`classification.how_${value}`) }))} />
          </div>
        )}
        {!ruled && <div className="field"><span className="field-name">{t('classification.value_of')}</span><FeatureSelect label={t('classification.value_of')} value={feature} filter={(x) => x.value === 'text'} classes={false} onChange={setFeature} /></div>}
        {ruled && (
          <>
            <p className="soft small">{t('classification.first_match')}</p>
            {classes.map((c, i) => (
              <ClassEditor
                key={c.id} draft={c} index={i} last={i === classes.length - 1} onChange={(part) => change(c.id, part)} onMove={(by) => move(i, by)} onRemove={() => setClasses((all) => all.filter((x) => x.id !== c.id))}
                onValid={(ok) => setBad((old) => { const copy = new Set(old); if (ok) copy.delete(c.id); else copy.add(c.id); return copy.size === old.size && copy.has(c.id) === old.has(c.id) ? old : copy })}
              />
            ))}
            <div><Button onClick={() => setClasses((all) => [...all, blank()])}>+ {t('classification.add_class')}</Button></div>
          </>
        )}
        <NameFields id="c-otherwise" of={t('classification.otherwise_name')} value={otherwise} onChange={setOtherwise} />
        <ClassPreview definition={countable ? said() : null} />
        <div className="row"><Button type="primary" loading={save.isPending} disabled={(ruled && bad.size > 0) || missing !== null} onClick={() => save.mutate()}>{t(detail ? 'classification.save_version' : 'classification.create')}</Button><Button onClick={cancel}>{t('common.cancel')}</Button>{missing && <span className={`small ${dirty() ? 'worse' : 'soft'}`} role="status">{t(missing)}</span>}</div>
      </div>
    </Card>
  )
}

const name = (label: Label) => (label.zh || label.en).trim()

const blank = (): Draft => ({ id: ++next, key: '', label: { zh: '', en: '' }, text: '', when: { all: [] } })

/** A name given in one language only is the name in both. */
const both = (label: Label): Label => ({ zh: label.zh.trim() || label.en.trim(), en: label.en.trim() || label.zh.trim() })

/** New classes get machine names nobody else has, the class of the rest among them. */
function keyed(classes: Draft[], rest: string) {
  const taken = new Set([rest, ...classes.map((c) => c.key).filter(Boolean)])
  return classes.map(({ key, label, when }) => {
    let mine = key || slug(label)
    for (let n = 2; !key && taken.has(mine); n++) mine = `${slug(label)}_${n}`
    taken.add(mine)
    return { key: mine, label: both(label), when }
  })
}

const slug = (label: Label) => (label.en || label.zh).trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '') || 'class'

interface ClassProps { draft: Draft; index: number; last: boolean; onChange: (part: Partial<Draft>) => void; onMove: (by: number) => void; onRemove: () => void; onValid: (ok: boolean) => void }

function ClassEditor({ draft, index, last, onChange, onMove, onRemove, onValid }: ClassProps) {
  const { t, label } = useFormat()
  const [initial] = useState(draft.text)
  const rule = useRule(initial)
  const [open, setOpen] = useState(draft.text === '')
  const told = useRef({ onChange, onValid })
  told.current = { onChange, onValid }
  useEffect(() => {
    told.current.onValid(!rule.error && rule.settled)
    if (rule.rule && !rule.error && rule.settled) told.current.onChange({ when: rule.rule, text: rule.text })
  }, [rule.rule, rule.error, rule.settled, rule.text])
  return (
    <div className="edit-class">
      <div className="row">
        <span className="strong grow">{index + 1}. {label(draft.label) || t('classification.new_class')}</span>
        <Button size="small" type="text" disabled={index === 0} aria-label={t('classification.move_up')} onClick={() => onMove(-1)}>↑</Button>
        <Button size="small" type="text" disabled={last} aria-label={t('classification.move_down')} onClick={() => onMove(1)}>↓</Button>
        <Button size="small" type="text" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? 'common.less' : 'classification.edit_rule')}</Button>
        <Button size="small" type="text" danger onClick={onRemove}>{t('common.remove')}</Button>
      </div>
      {!open && <>{rule.sentence && <span>{label(rule.sentence)}</span>}<code>{rule.text}</code></>}
      {open && <><NameFields id={`class-${draft.id}`} of={t('classification.class')} value={draft.label} onChange={(l) => onChange({ label: l })} /><RuleEditor state={rule} id={`class-rule-${draft.id}`} /></>}
    </div>
  )
}
