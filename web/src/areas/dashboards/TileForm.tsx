import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Segmented, Select } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { previewTiles } from '@/api/dashboards'
import { segments as segmentsQuery } from '@/api/queries'
import type { Goal, Label, Lang, Measure, Show, Tile } from '@/api/types'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { RuleEditor } from '@/parts/rule/RuleEditor'
import { useRule } from '@/parts/rule/useRule'
import { Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { FigureBody } from './FigureBody'

interface Props { tile: Tile; onDone: (tile: Tile) => void; onCancel: () => void }
type Option = { value: string; label: string }

/** Everything a tile says, with what it shows under it. */
export function TileForm({ tile: first, onDone, onCancel }: Props) {
  const f = useFormat()
  const { t, lang } = f
  const [tile, setTile] = useState(first)
  const [narrow, setNarrow] = useState(!!first.who?.rule)
  const rule = useRule(first.who?.rule ?? '')
  const at = useAt()
  const { data: segments = [] } = useQuery(segmentsQuery(at))
  const whole = useMemo<Tile>(() => {
    const { rule: _old, ...rest } = tile.who ?? {}
    const text = narrow ? rule.text.trim() : ''
    return { ...tile, who: { ...rest, ...(text ? { rule: text } : {}) } }
  }, [tile, narrow, rule.text])
  const settled = useDebounced(whole, 250)
  const words = tile.show.kind === 'text'
  const blank = settled.show.kind === 'text' && !settled.show.text.zh.trim() && !settled.show.text.en.trim()
  const preview = useQuery({ ...previewTiles([settled], at), enabled: (!narrow || !rule.error) && !blank })
  const figure = preview.data?.items[0]
  const show = (next: Partial<Show>) => setTile((old) => ({ ...old, show: { ...old.show, ...next } as Show }))
  const title = lang === 'zh-CN' ? (tile.title?.zh ?? '') : (tile.title?.en ?? '')
  const retitle = (text: string) => setTile((old) => ({ ...old, title: text ? said(old.title ?? undefined, text, lang) : undefined }))
  return (
    <form className="form-grid" onSubmit={(e) => { e.preventDefault(); onDone(whole) }}>
      <div className="field"><label htmlFor="tile-title">{t('dashboards.tile_title')}</label><Input id="tile-title" maxLength={80} value={title} placeholder={f.label(figure?.title)} onChange={(e) => retitle(e.target.value)} /></div>
      <What show={tile.show} onChange={show} />
      {!words && <Field id="tile-segment" label={t('dashboards.only_segment')}>
        <Select id="tile-segment" allowClear value={tile.who?.segment} placeholder={t('dashboards.everybody_in')} onChange={(segment?: string) => setTile((old) => { const { segment: _old, ...rest } = old.who ?? {}; return { ...old, who: segment ? { ...rest, segment } : rest } })} options={segments.map((s) => ({ value: s.key, label: f.label(s.label) }))} showSearch={{ optionFilterProp: 'label' }} />
      </Field>}
      {!words && (narrow ? <RuleEditor state={rule} /> : <div><button type="button" className="linkish" onClick={() => setNarrow(true)}>+ {t('dashboards.only_rule')}</button></div>)}
      <section className="dash-preview" aria-label={t('dashboards.preview')}>
        <h3>{f.label(figure?.title) || t('dashboards.preview')}</h3>
        {preview.isPending && !blank && <Loading lines={4} height={160} />}
        {preview.error && <Failed error={preview.error} />}
        {figure?.problem && <p className="dash-problem" role="alert">{f.label(figure.problem.message)}</p>}
        {figure && !figure.problem && <FigureBody show={settled.show} figure={figure} title={f.label(figure.title)} />}
        {figure && !figure.problem && !words && <p className="small soft">{figure.notes.map((n) => `${f.label(n)} · `)}{t('dashboards.as_of', { day: figure.as_of })} · {t('dashboards.n', { count: figure.n, n: f.integer(figure.n) })}</p>}
      </section>
      <div className="row"><Button type="primary" htmlType="submit" disabled={(narrow && !!rule.error) || !!figure?.problem || blank}>{t('dashboards.put')}</Button><Button onClick={onCancel}>{t('common.cancel')}</Button></div>
    </form>
  )
}

const Field = ({ id, label, children }: { id: string; label: string; children: ReactNode }) => <div className="field"><label htmlFor={id}>{label}</label>{children}</div>

/** Features that can be summed, dimensions to group by, and every column of a list, as options. */
function useOptions() {
  const f = useFormat()
  const { t } = f
  const { usable } = useCatalog()
  const classifications = useClassifications()
  return useMemo(() => {
    const named = (x: { key: string; label: { zh: string; en: string } }): Option => ({ value: x.key, label: f.label(x.label) })
    const classes = classifications.map((c): Option => ({ value: `class.${c.key}`, label: f.label(c.label) }))
    const numbers = usable.filter((x) => ['int', 'number', 'money'].includes(x.value)).map(named)
    const values = usable.filter((x) => ['text', 'bool'].includes(x.value) || x.definition.kind === 'score').map(named)
    return { numbers, classes, groups: [{ label: t('dashboards.by_class'), options: classes }, { label: t('dashboards.by_segments'), options: [{ value: 'segments', label: t('dashboards.all_segments') }] }, { label: t('dashboards.by_value'), options: values }], columns: [...usable.map(named), ...classes], sorts: usable.map(named) }
  }, [usable, classifications, f, t])
}

function What({ show, onChange }: { show: Show; onChange: (next: Partial<Show>) => void }) {
  const { t } = useFormat()
  const o = useOptions()
  const dimension = (id: string, label: string, value: string | undefined, set: (v: string | undefined) => void, optional = false) => (
    <Field id={id} label={label}><Select id={id} allowClear={optional} value={value} onChange={set} options={o.groups} showSearch={{ optionFilterProp: 'label' }} placeholder={optional ? t('dashboards.one_line') : undefined} /></Field>
  )
  const amount = (id: string, label: string, value: number, set: (n: number) => void, min: number, max: number) => <Field id={id} label={label}><InputNumber id={id} min={min} max={max} precision={0} value={value} onChange={(n) => { if (n != null) set(n) }} /></Field>
  const back = (value: 'week' | 'month' | 'quarter' | 'year') => (
    <div className="field"><span className="field-name">{t('dashboards.back')}</span><Segmented aria-label={t('dashboards.back')} value={value} onChange={(v) => onChange({ back: v } as Partial<Show>)} options={(['week', 'month', 'quarter', 'year'] as const).map((v) => ({ value: v, label: t(`dashboards.back_${v}`) }))} /></div>
  )
  const goal = (measure: Measure, value: Goal | null | undefined) => <GoalField measure={measure} value={value ?? undefined} onChange={(next) => onChange({ goal: next } as Partial<Show>)} />
  switch (show.kind) {
    case 'number': return <><MeasureField id="measure" value={show.measure} onChange={(measure) => onChange({ measure } as Partial<Show>)} />{back(show.back ?? 'month')}{goal(show.measure, show.goal)}</>
    case 'trend': return (
      <>
        <MeasureField id="measure" value={show.measure} onChange={(measure) => onChange({ measure } as Partial<Show>)} />
        {dimension('tile-by', t('dashboards.lines_by'), show.by ?? undefined, (by) => onChange({ by } as Partial<Show>), true)}
        <div className="two">
          <div className="field"><span className="field-name">{t('dashboards.step')}</span><Segmented aria-label={t('dashboards.step')} value={show.step ?? 'month'} onChange={(step) => onChange({ step } as Partial<Show>)} options={(['day', 'week', 'month'] as const).map((v) => ({ value: v, label: t(`versions.step_${v}`) }))} /></div>
          {amount('tile-points', t('dashboards.points'), show.points, (points) => onChange({ points } as Partial<Show>), 2, 37)}
        </div>
        {goal(show.measure, show.goal)}
      </>
    )
    case 'bar': return <>{dimension('tile-by', t('dashboards.by'), show.by, (by) => by && onChange({ by } as Partial<Show>))}<MeasureField id="measure" value={show.measure} onChange={(measure) => onChange({ measure } as Partial<Show>)} />{amount('tile-limit', t('dashboards.limit'), show.limit, (limit) => onChange({ limit } as Partial<Show>), 1, 50)}</>
    case 'histogram': return (
      <div className="two">
        <Field id="tile-feature" label={t('dashboards.feature')}><Select id="tile-feature" value={show.feature} onChange={(feature: string) => onChange({ feature } as Partial<Show>)} options={o.numbers} showSearch={{ optionFilterProp: 'label' }} /></Field>
        <Field id="tile-bins" label={t('dashboards.bins')}><InputNumber id="tile-bins" min={2} max={40} precision={0} value={show.bins} placeholder={t('dashboards.bins_auto')} onChange={(bins) => onChange({ bins: bins ?? undefined } as Partial<Show>)} /></Field>
      </div>
    )
    case 'text': return <WordsField text={show.text} onChange={(text) => onChange({ text } as Partial<Show>)} />
    case 'heat': return <>{dimension('tile-x', t('dashboards.across'), show.x, (x) => x && onChange({ x } as Partial<Show>))}{dimension('tile-y', t('dashboards.down'), show.y, (y) => y && onChange({ y } as Partial<Show>))}<MeasureField id="measure" value={show.measure} onChange={(measure) => onChange({ measure } as Partial<Show>)} /></>
    case 'flow': return (
      <>
        <Field id="tile-class" label={t('dashboards.classification')}><Select id="tile-class" value={`class.${show.classification}`} onChange={(v: string) => onChange({ classification: v.slice(6) } as Partial<Show>)} options={o.classes} showSearch={{ optionFilterProp: 'label' }} /></Field>
        <div className="field"><span className="field-name">{t('dashboards.view')}</span><Segmented aria-label={t('dashboards.view')} value={show.view ?? 'bands'} onChange={(view) => onChange({ view } as Partial<Show>)} options={(['bands', 'matrix'] as const).map((v) => ({ value: v, label: t(`dashboards.view_${v}`) }))} /></div>
        {back(show.back ?? 'month')}
      </>
    )
    case 'cohort': return <><div className="field"><span className="field-name">{t('dashboards.cohort_of')}</span><Segmented aria-label={t('dashboards.cohort_of')} value={show.of} onChange={(of) => onChange({ of } as Partial<Show>)} options={(['retention', 'repurchase', 'money'] as const).map((v) => ({ value: v, label: t(`dashboards.cohort_${v}`) }))} /></div>{amount('tile-months', t('dashboards.months'), show.months, (months) => onChange({ months } as Partial<Show>), 2, 36)}</>
    case 'list': {
      const down = show.sort.startsWith('-')
      const key = show.sort.replace(/^-/, '')
      return (
        <>
          <Field id="tile-sort" label={t('dashboards.sort')}><Select id="tile-sort" value={key} onChange={(v: string) => onChange({ sort: `${down ? '-' : ''}${v}` } as Partial<Show>)} options={o.sorts} showSearch={{ optionFilterProp: 'label' }} /></Field>
          <div className="field"><span className="field-name">{t('dashboards.order')}</span><Segmented aria-label={t('dashboards.order')} value={down ? 'down' : 'up'} onChange={(v) => onChange({ sort: `${v === 'down' ? '-' : ''}${key}` } as Partial<Show>)} options={[{ value: 'down', label: t('dashboards.highest') }, { value: 'up', label: t('dashboards.lowest') }]} /></div>
          <Field id="tile-columns" label={t('dashboards.columns')}><Select id="tile-columns" mode="multiple" maxCount={12} value={show.columns} onChange={(columns: string[]) => onChange({ columns } as Partial<Show>)} options={o.columns} showSearch={{ optionFilterProp: 'label' }} /></Field>
          {amount('tile-limit', t('dashboards.limit'), show.limit, (limit) => onChange({ limit } as Partial<Show>), 1, 50)}
        </>
      )
    }
    case 'group': return (
      <>
        {dimension('tile-by', t('dashboards.by'), show.by, (by) => by && onChange({ by } as Partial<Show>))}
        {show.measures.map((m, i) => <MeasureField key={i} id={`measure-${i}`} value={m} onChange={(next) => onChange({ measures: show.measures.map((x, j) => (j === i ? next : x)) } as Partial<Show>)} onRemove={show.measures.length > 1 ? () => onChange({ measures: show.measures.filter((_, j) => j !== i) } as Partial<Show>) : undefined} />)}
        {show.measures.length < 6 && <div><button type="button" className="linkish" onClick={() => onChange({ measures: [...show.measures, { stat: 'mean', feature: 'net' }] } as Partial<Show>)}>+ {t('dashboards.add_measure')}</button></div>}
        {amount('tile-limit', t('dashboards.limit'), show.limit, (limit) => onChange({ limit } as Partial<Show>), 1, 50)}
      </>
    )
  }
}

/** What people wrote in one language stands for both, until the other has words of its own. */
const said = (old: Label | undefined, text: string, lang: Lang): Label => (!old || old.zh === old.en ? { zh: text, en: text } : lang === 'zh-CN' ? { ...old, zh: text } : { ...old, en: text })

/** Plain words, with links. */
function WordsField({ text, onChange }: { text: Label; onChange: (next: Label) => void }) {
  const f = useFormat()
  return (
    <div className="field">
      <label htmlFor="tile-text">{f.t('dashboards.text')}</label>
      <Input.TextArea id="tile-text" rows={6} maxLength={2000} value={f.label(text)} onChange={(e) => onChange(said(text, e.target.value, f.lang))} />
      <span className="soft small">{f.t('dashboards.text_note')}</span>
    </div>
  )
}

/** What a number should come to, if anybody says so. */
function GoalField({ measure, value, onChange }: { measure: Measure; value?: Goal; onChange: (next?: Goal) => void }) {
  const f = useFormat()
  const { t } = f
  const { byKey } = useCatalog()
  const money = measure.stat !== 'count' && byKey.get(measure.feature ?? '')?.value === 'money'
  const scale = money ? 10 ** f.currency.digits : 1
  if (!value) return <div><button type="button" className="linkish" onClick={() => onChange({ value: 0 })}>+ {t('dashboards.add_goal')}</button></div>
  return (
    <fieldset className="dash-goal-field">
      <legend>{t('dashboards.goal')}</legend>
      <div className="row">
        <Segmented aria-label={t('dashboards.goal_reach')} value={value.reach ?? 'at_least'} onChange={(reach) => onChange({ ...value, reach: reach as Goal['reach'] })} options={(['at_least', 'at_most'] as const).map((v) => ({ value: v, label: t(`dashboards.goal_${v}`) }))} />
        <InputNumber<number> aria-label={t('dashboards.goal_value')} value={value.value / scale} prefix={money ? f.currency.symbol : undefined} precision={money ? f.currency.digits : undefined} changeOnWheel={false} controls={false} onChange={(n) => { if (n != null) onChange({ ...value, value: money ? Math.round(n * scale) : n }) }} />
        <Input className="grow" aria-label={t('dashboards.goal_name')} placeholder={t('dashboards.goal_name')} maxLength={80} value={value.label ? f.label(value.label) : ''} onChange={(e) => onChange({ ...value, label: e.target.value ? said(value.label ?? undefined, e.target.value, f.lang) : undefined })} />
        <button type="button" className="linkish danger" onClick={() => onChange(undefined)}>{t('common.delete')}</button>
      </div>
    </fieldset>
  )
}

/** Customers, or what a feature of them comes to. */
function MeasureField({ id, value, onChange, onRemove }: { id: string; value: Measure; onChange: (m: Measure) => void; onRemove?: () => void }) {
  const { t } = useFormat()
  const { numbers } = useOptions()
  const set = (stat: Measure['stat']) => onChange(stat === 'count' ? { stat } : { stat, feature: value.feature ?? 'net' })
  return (
    <div className="field">
      <label htmlFor={id}>{t('dashboards.measure')}</label>
      <div className="row nowrap">
        <Select id={id} value={value.stat} onChange={set} popupMatchSelectWidth={false} options={(['count', 'sum', 'mean', 'median', 'min', 'max'] as const).map((v) => ({ value: v, label: t(`dashboards.stat_${v}`) }))} />
        {value.stat !== 'count' && <Select className="grow" aria-label={t('dashboards.feature')} value={value.feature} onChange={(feature: string) => onChange({ ...value, feature })} options={numbers} showSearch={{ optionFilterProp: 'label' }} />}
        {onRemove && <button type="button" className="linkish danger" onClick={onRemove}>{t('common.delete')}</button>}
      </div>
    </div>
  )
}
