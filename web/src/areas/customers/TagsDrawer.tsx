import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import type { Tag } from '@/api/types'
import { deleteTag, putTag, restoreTag, tags as tagsQuery } from '@/api/work'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { TagChip } from './TagChip'
import { colours } from './Tags'
import { useFresh } from './useChange'

/** Names and colours of tags, and their end; a tag that was deleted comes back on everybody who had it. */
export default function TagsDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useFormat()
  const query = useQuery(tagsQuery)
  return (
    <Drawer open onClose={onClose} size={520} title={t('work.manage_tags')} destroyOnHidden>
      {query.isPending && <Loading lines={4} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && <p className="soft">{t('work.no_tags')}</p>}
      <div className="stack">{query.data?.map((x) => <Row key={x.id} tag={x} />)}</div>
    </Drawer>
  )
}

function Row({ tag }: { tag: Tag }) {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const refresh = useFresh()
  const [name, setName] = useState(tag.name)
  const failed = { onError: (e: unknown) => toast.bad(problem(e)) }
  const save = useMutation({ mutationFn: (colour: string) => putTag(tag.id, { name, colour }), onSuccess: async (made) => { setName(made.name); toast.ok(t('work.tag_saved', { name: made.name })); await refresh() }, ...failed })
  const back = async () => {
    try {
      await restoreTag(tag.id)
      toast.ok(t('work.tag_back', { name: tag.name }))
    } catch (e) {
      toast.bad(problem(e))
    }
    await refresh()
  }
  const remove = useMutation({ mutationFn: () => deleteTag(tag.id), onSuccess: async () => { toast.undo(t('work.tag_removed', { count: tag.customers, n: f.integer(tag.customers), name: tag.name }), () => void back()); await refresh() }, ...failed })
  return (
    <div className="tag-row">
      <Input size="small" maxLength={40} aria-label={t('work.tag_name', { name: tag.name })} value={name} onChange={(e) => setName(e.target.value)} onPressEnter={(e) => { if (!e.nativeEvent.isComposing && name.trim() && name !== tag.name) save.mutate(tag.colour) }} />
      <Select size="small" aria-label={t('work.tag_colour', { name: tag.name })} value={tag.colour} options={colours.map((c) => ({ value: c, label: <TagChip tag={{ name: t(`work.colour_${c}`), colour: c }} /> }))} onChange={(c: string) => save.mutate(c)} />
      <span className="soft small num">{f.integer(tag.customers)}</span>
      <Button size="small" disabled={!name.trim() || name === tag.name} loading={save.isPending} onClick={() => save.mutate(tag.colour)}>{t('common.save')}</Button>
      <Button size="small" danger loading={remove.isPending} aria-label={t('work.delete_tag', { name: tag.name })} onClick={() => remove.mutate()}>{t('common.delete')}</Button>
    </div>
  )
}
