import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type AsOf, classification as classificationQuery, customers } from '@/api/queries'
import type { ClassificationSummary, ClassSize } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { filterText } from '@/parts/filters'
import { LinkButton } from '@/parts/LinkButton'
import { Drawer } from '@/parts/opened'
import { Failed, Loading } from '@/parts/States'

/** Something clicked in a figure: a class (perhaps as of another day than the page's), or any rule with a name (a cell of the heat map, a cohort, the best of a curve). */
export type Pick =
  | { classification: ClassificationSummary; item: ClassSize; on?: string }
  | { name: string; filter: Record<string, string>; customers: number; net: number; note: string }
  | { name: string; rule: string; customers: number; net?: number; share?: number; of?: 'buyers'; note?: string; facts?: [string, string][] }

/** The customers behind a number, and what to do with them. */
export function PickPanel({ picked, at, onClose }: { picked: Pick | null; at: AsOf; onClose: () => void }) {
  const f = useFormat()
  return (
    <Drawer open={picked !== null} onClose={onClose} size={420} title={picked ? ('name' in picked ? picked.name : f.label(picked.item.label)) : ''} destroyOnHidden>
      {picked && ('filter' in picked ? <Moved picked={picked} at={at} /> : <Panel picked={picked} at={at} />)}
    </Drawer>
  )
}

function Panel({ picked, at: page }: { picked: Exclude<Pick, { filter: object }>; at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const isRule = 'rule' in picked
  const filter: Record<string, string> = isRule ? { rule: picked.rule } : { [`class.${picked.classification.key}`]: picked.item.key }
  const rule = isRule ? picked.rule : `class.${picked.classification.key} = ${JSON.stringify(picked.item.key)}`
  const at = !isRule && picked.on ? { ...page, as_of: picked.on } : page
  const detail = useQuery({ ...classificationQuery(isRule ? '' : picked.classification.key, at), enabled: !isRule })
  // of another day than the page's, the class has other figures
  const item = isRule ? null : ((picked.on && detail.data?.classes.find((c) => c.key === picked.item.key)) || picked.item)
  const size = isRule ? picked : (item ?? picked.item)
  const sentence = isRule ? null : detail.data?.rules.find((r) => r.class === picked.item.key)?.sentence
  const facts: [string, string][] = [
    [t('classification.customers'), f.integer(size.customers)],
    ...(size.share === undefined ? [] : ([[t(isRule && picked.of ? 'classification.share_buyers' : 'classification.share'), f.percent(size.share)]] as [string, string][])),
    ...(size.net === undefined ? [] : ([[t('classification.net'), f.compactMoney(size.net)]] as [string, string][])),
    ...(item ? ([[t('classification.net_share'), f.percent(item.net_share ?? 0)]] as [string, string][]) : []),
    ...(item?.contribution != null ? ([[t('classification.contribution'), `${f.compactMoney(item.contribution)} · ${f.percent(item.contribution_share ?? 0)}`]] as [string, string][]) : []),
    ...(size.net === undefined ? [] : ([[t('classification.per_customer'), size.customers ? f.compactMoney(Math.round(size.net / size.customers)) : '—']] as [string, string][])),
    ...(item?.median_recency != null ? ([[t('classification.median_recency'), t('classification.days', { n: f.integer(item.median_recency) })]] as [string, string][]) : []),
    ...(isRule ? (picked.facts ?? []) : []),
  ]
  return (
    <div className="stack">
      {!isRule && <p className="soft small"><Link to="/classifications/$key" params={{ key: picked.classification.key }}>{f.label(picked.classification.label)}</Link>{picked.on && ` · ${t('classification.as_of_note', { day: picked.on })}`}</p>}
      {isRule && picked.note && <p className="soft small">{picked.note}</p>}
      {sentence && <p className="sentence">{f.label(sentence)}</p>}
      <dl className="facts" data-testid="picked">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <div className="row">
        <LinkButton to="/customers" search={{ ...at, ...filter } as never} kind="primary">{t('classification.see_list')}</LinkButton>
        {may('definitions:write') && <LinkButton to="/segments/new" search={{ rule, name: isRule ? picked.name : f.label(picked.item.label), from: undefined }}>{t('classification.make_segment')}</LinkButton>}
      </div>
      <Largest filter={{ ...filter, ...at }} />
    </div>
  )
}

/** Customers who went from one class to another: no rule says that, so what is kept of them is a fixed list. */
function Moved({ picked, at }: { picked: Extract<Pick, { filter: object }>; at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const facts = [[t('classification.customers'), f.integer(picked.customers)], [t('classification.net'), f.compactMoney(picked.net)], [t('classification.per_customer'), picked.customers ? f.compactMoney(Math.round(picked.net / picked.customers)) : '—']]
  return (
    <div className="stack">
      <p className="soft small">{picked.note}</p>
      <dl className="facts" data-testid="picked">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <div className="row">
        <LinkButton to="/customers" search={{ ...at, ...picked.filter } as never} kind="primary">{t('classification.see_list')}</LinkButton>
        {may('definitions:write') && <LinkButton to="/segments/new" search={{ from: filterText({ ...at, ...picked.filter }), name: picked.name, rule: undefined }}>{t('classification.make_segment')}</LinkButton>}
      </div>
      <Largest filter={{ ...picked.filter, ...at }} />
    </div>
  )
}

function Largest({ filter }: { filter: Record<string, string | undefined> }) {
  const f = useFormat()
  const { t } = f
  const sample = useInfiniteQuery(customers({ ...filter, sort: '-net', columns: 'net,orders,recency_days' }, 8))
  return (
    <>
      <h3>{t('classification.largest')}</h3>
      {sample.isPending && <Loading />}
      {sample.error && <Failed error={sample.error} />}
      {sample.data && (
        <table className="data-table">
          <thead><tr><th scope="col">{t('classification.customer')}</th><th scope="col" className="num">{t('classification.net')}</th><th scope="col" className="num">{t('classification.orders_short')}</th></tr></thead>
          <tbody>
            {sample.data.pages.flatMap((p) => p.items).map((c) => (
              <tr key={c.id}><td><Link className="anywhere" to="/customers/$id" params={{ id: c.id }}>{c.name ?? c.external_id ?? c.id}</Link></td><td className="num">{f.value(c.values.net)}</td><td className="num">{f.value(c.values.orders)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
