import { useQuery } from '@tanstack/react-query'
import { profile } from '@/api/queries'
import { useClassifications, useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Drawer } from '@/parts/opened'
import { Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { inOrder } from './classes'
import { HeadFacts } from './HeadFacts'
import { CustomerOwner } from './Owner'
import { CustomerTags } from './Tags'
import { Who } from './Who'

/** A look at one customer without leaving the list (space). */
export default function Preview({ id, onClose }: { id: string | null; onClose: () => void }) {
  const f = useFormat()
  const query = useQuery({ ...profile(id ?? '', useAt()), enabled: id !== null })
  const p = query.data
  const library = useClassifications()
  return (
    <Drawer open={id !== null} onClose={onClose} size={400} mask={false} title={p ? (p.name ?? p.identifiers[0]?.value ?? p.id) : f.t('common.loading')} extra={id && <LinkButton to="/customers/$id" params={{ id }} size="small">{f.t('customers.open_full')}</LinkButton>}>
      {query.isPending && <Loading lines={8} />}
      {query.error && <Failed error={query.error} />}
      {p && (
        <div className="stack">
          <HeadFacts profile={p} />
          <CustomerTags id={p.id} tags={p.tags} />
          <div className="person-line"><span className="soft">{f.t('work.owner')}</span><CustomerOwner id={p.id} owner={p.owner} /></div>
          <Who profile={p} />
          <div>{inOrder(p.classes, library, p.kind).known.slice(0, 12).map((c) => <div className="person-line" key={c.classification}><span className="soft">{f.label(c.label)}</span><span>{f.label(c.class.label)}</span></div>)}</div>
        </div>
      )}
    </Drawer>
  )
}
