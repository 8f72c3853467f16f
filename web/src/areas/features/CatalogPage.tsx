import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { API } from '@/api/client'
import { Problem } from '@/api/problem'
import { features } from '@/api/queries'
import type { Feature } from '@/api/types'
import { useMay } from '@/parts/access'
import { Gone } from '@/parts/definition/Gone'
import { VersionsCard } from '@/parts/definition/VersionsCard'
import { SaveTable } from '@/parts/file/SaveTable'
import { useCatalog, useFormat } from '@/parts/format'
import { Lock } from '@/parts/Masked'
import { Drawer } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import { usePanel } from '@/parts/useUnsaved'
import { FeatureFacts } from './FeatureFacts'
import './features.css'

const FeatureForm = lazy(() => import('./FeatureForm'))
const FieldForm = lazy(() => import('@/parts/field/FieldForm'))

/** Was it made as a field that people fill in? */
const byHand = (x: Feature) => x.entry && !x.entry.figure

/** Every feature, what it means, how it is computed; and a form for one's own. */
export function CatalogPage() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const { list, byKey, changed, masked } = useCatalog()
  const query = useQuery(features)
  const search = useSearch({ from: '/app/features' })
  const navigate = useNavigate({ from: '/features' })
  const [group, setGroup] = useState<string | null>(null)
  const q = (search.q ?? '').trim().toLowerCase()
  const open = (key?: string) => void navigate({ search: (old) => ({ ...old, open: key }), replace: true })
  const panel = usePanel(() => open(undefined))
  const close = (saved = false) => (saved ? panel.done() : panel.onClose())
  const groups = useMemo(() => [...new Set(list.map((x) => x.group))], [list])
  const shown = useMemo(
    () => list.filter((x) => (!group || x.group === group) && (!q || `${x.key} ${x.label.zh} ${x.label.en} ${x.description.zh} ${x.description.en}`.toLowerCase().includes(q))),
    [list, group, q],
  )
  const editing: Feature | 'new' | null = search.open === 'new' ? (may('definitions:write') ? 'new' : null) : search.open ? (byKey.get(search.open) ?? null) : null
  // a link to one that was taken away
  const lost = search.open && search.open !== 'new' && query.data && !byKey.has(search.open) ? search.open : null
  return (
    <Page title={t('features.title')} note={list.length > 0 && t('features.note', { count: list.length })} actions={<>{shown.length > 0 && <SaveTable name={t('features.title')} table={{ head: [t('features.name'), t('features.key'), t('features.shelf'), t('features.meaning'), t('features.type'), t('features.unit'), t('features.how')], rows: () => shown.map((x) => [f.label(x.label), x.key, t(`features.group_${x.group}`), f.label(x.description), t(`features.type_${x.value}`), x.unit && f.label(x.unit), t(`features.kind_${x.entry?.figure ? 'records' : x.definition.kind}`)]) }} />}{may('export:take') && <Button href={`${API}/definitions/export`} download>{t('features.export')}</Button>}{may('definitions:write') && <Button type="primary" onClick={() => open('new')}>{t('features.new')}</Button>}</>}>
      <div className="row">
        <div data-page-search className="grow"><Input allowClear aria-label={t('features.search')} placeholder={t('features.search')} value={search.q ?? ''} onChange={(e) => void navigate({ search: (old) => ({ ...old, q: e.target.value || undefined }), replace: true })} /></div>
      </div>
      <div className="catalog-nav" role="group" aria-label={t('features.shelf')}>
        <Button size="small" type={group ? 'text' : 'default'} aria-pressed={!group} onClick={() => setGroup(null)}>{t('features.all')}</Button>
        {groups.map((g) => <Button key={g} size="small" type={group === g ? 'default' : 'text'} aria-pressed={group === g} onClick={() => setGroup(g)}>{t(`features.group_${g}`)}</Button>)}
      </div>
      {query.isPending && <Card><Loading lines={10} /></Card>}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {list.length > 0 && shown.length === 0 && <Card><Empty title={t('features.none')} text={t('segments.none_match_text')} action={may('definitions:write') && <Button onClick={() => open('new')}>{t('features.new')}</Button>} /></Card>}
      {groups.filter((g) => shown.some((x) => x.group === g)).map((g) => (
        <Card key={g} title={t(`features.group_${g}`)} className="flush">
          {/* a scrolling region must be reachable by keyboard */}
          <div className="scroll" role="group" tabIndex={0} aria-label={t(`features.group_${g}`)}>
            <table className="data-table catalog blocks">
              <thead><tr><th scope="col">{t('features.name')}</th><th scope="col">{t('features.key')}</th><th scope="col">{t('features.meaning')}</th><th scope="col">{t('features.type')}</th><th scope="col">{t('features.how')}</th></tr></thead>
              <tbody>
                {shown.filter((x) => x.group === g).map((x) => (
                  <tr key={x.key}>
                    <td className="whole"><button type="button" className="feature-name" onClick={() => open(x.key)}>{f.label(x.label)}</button>{masked.has(x.key) && <Lock whole />}</td>
                    <td><code>{x.key}</code></td>
                    <td className="whole">{f.label(x.description)}</td>
                    <td className="nowrap">{t(`features.type_${x.value}`)}{x.unit ? <span className="soft"> · {f.label(x.unit)}</span> : null}</td>
                    <td className="nowrap"><span className="chip">{t(`features.kind_${x.entry?.figure ? 'records' : x.definition.kind}`)}</span>{(!x.builtin || changed.has(x.key)) && <span className="soft small"> {t(x.builtin ? 'features.changed' : 'features.own')}</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      ))}
      <Drawer open={lost !== null} onClose={() => close()} size={600} title={lost ?? ''} destroyOnHidden>
        {lost && <Gone of="features" name={lost} error={new Problem('feature.not_found', 404)} />}
      </Drawer>
      <Drawer open={editing !== null} onClose={() => close()} size={600} title={editing === 'new' ? t('features.new') : editing ? f.label(editing.label) : ''} destroyOnHidden>
        {editing && (
          <Suspense fallback={<Loading lines={8} />}>
            {editing !== 'new' && !may('definitions:write') && <FeatureFacts feature={editing} hidden={masked.has(editing.key)} />}
            {editing !== 'new' && byHand(editing) && may('definitions:write') && <FieldForm key={editing.key} feature={editing} onDone={() => close(true)} />}
            {(editing === 'new' || !byHand(editing)) && may('definitions:write') && <FeatureForm key={editing === 'new' ? 'new' : editing.key} feature={editing === 'new' ? null : editing} onDone={close} onDirty={panel.onDirty} />}
            {editing !== 'new' && <div className="after-form"><VersionsCard of="features" name={editing.key} /></div>}
          </Suspense>
        )}
      </Drawer>
    </Page>
  )
}
