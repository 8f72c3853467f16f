import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useCallback, useEffect, useRef } from 'react'
import { object as objectQuery, record as recordQuery } from '@/api/objects'
import { useMay } from '@/parts/access'
import { askToLeave, readyToAsk } from '@/parts/ask'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import RecordForm from './RecordForm'

/** One record over whatever page, by its id: for links and the search over everything. */
export default function RecordDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const f = useFormat()
  const may = useMay()
  const record = useQuery(recordQuery(id))
  const object = useQuery({ ...objectQuery(record.data?.object ?? ''), enabled: !!record.data })
  const dirty = useRef(false)
  const setDirty = useCallback((now: boolean) => { dirty.current = now }, [])
  useEffect(readyToAsk, [])
  const close = async () => {
    if (dirty.current && !(await askToLeave())) return
    onClose()
  }
  const error = record.error ?? object.error
  return (
    <Drawer open onClose={() => void close()} size={520} title={record.data && object.data ? `${f.label(object.data.label)} #${record.data.number}` : ''} destroyOnHidden>
      {error ? <Failed error={error} /> : record.data && object.data
        ? <RecordForm object={object.data} record={record.data} readOnly={!may('customers:write')} onDirty={setDirty} onDone={onClose} />
        : <Loading lines={6} />}
    </Drawer>
  )
}
