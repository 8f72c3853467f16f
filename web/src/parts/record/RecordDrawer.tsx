import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { object as objectQuery, record as recordQuery } from '@/api/objects'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { usePanel } from '@/parts/useUnsaved'
import RecordForm from './RecordForm'

/** One record over whatever page, by its id: for links and the search over everything. */
export default function RecordDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const f = useFormat()
  const may = useMay()
  const record = useQuery(recordQuery(id))
  const object = useQuery({ ...objectQuery(record.data?.object ?? ''), enabled: !!record.data })
  const panel = usePanel(onClose)
  const error = record.error ?? object.error
  return (
    <Drawer open onClose={panel.onClose} size={520} title={record.data && object.data ? `${f.label(object.data.label)} #${record.data.number}` : ''} destroyOnHidden>
      {error ? <Failed error={error} /> : record.data && object.data
        ? <RecordForm object={object.data} record={record.data} readOnly={!may('customers:write')} onDirty={panel.onDirty} onDone={panel.done} />
        : <Loading lines={6} />}
    </Drawer>
  )
}
