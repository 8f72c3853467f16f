import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Select, Switch } from 'antd'
import { type FormEvent, useState } from 'react'
import { isProblem } from '@/api/problem'
import { eventTypes, postWebhook, putWebhook, type EventType, type Webhook, type WebhookMade, webhooks } from '@/api/webhooks'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { Secret } from '@/parts/Secret'
import { Failed, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useNames } from './health'

interface Props { open: boolean; onClose: () => void; webhook?: Webhook }

/** Makes an endpoint and shows its secret this once, or changes one. */
export function WebhookDrawer({ open, onClose, webhook }: Props) {
  const { t } = useFormat()
  return (
    <Drawer open={open} onClose={onClose} size={520} title={t(webhook ? 'webhooks.edit' : 'webhooks.new')} mask={{ closable: false }} destroyOnHidden>
      <Panel onClose={onClose} webhook={webhook} />
    </Drawer>
  )
}

function Panel({ onClose, webhook }: { onClose: () => void; webhook?: Webhook }) {
  const { t } = useFormat()
  const [made, setMade] = useState<WebhookMade | null>(null)
  if (!made) return <Form onMade={setMade} onClose={onClose} webhook={webhook} />
  return (
    <div className="form-grid">
      <p>{t('webhooks.made')}</p>
      <Secret label={t('webhooks.secret')} value={made.secret} note={t('webhooks.secret_note')} />
      <div className="row"><Button onClick={onClose}>{t('common.done')}</Button></div>
    </div>
  )
}

/** Which field a refusal is about. */
const fields: Record<string, string> = { 'webhook.url': 'url', 'webhook.types': 'types', 'webhook.segment': 'segments', 'webhook.classification': 'classifications', 'webhook.description': 'description' }

function Form({ onMade, onClose, webhook }: { onMade: (made: WebhookMade) => void; onClose: () => void; webhook?: Webhook }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const { segmentNames, classificationNames } = useNames()
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [description, setDescription] = useState(webhook?.description ?? '')
  const [types, setTypes] = useState<EventType[]>(webhook?.types ?? ['segment.entered', 'segment.left'])
  const [about, setAbout] = useState(webhook?.segments ?? [])
  const [classes, setClasses] = useState(webhook?.classifications ?? [])
  const [active, setActive] = useState(webhook?.state !== 'off')
  const save = useMutation({
    mutationFn: async () => {
      const ofClasses = types.includes('class.changed')
      const body = { url: url.trim(), description: description.trim(), types, segments: types.some((x) => x !== 'class.changed') ? about : [], classifications: ofClasses ? classes : [], active }
      return webhook ? { changed: await putWebhook(webhook.id, body) } : { made: await postWebhook(body) }
    },
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: webhooks.queryKey })
      if ('made' in done && done.made) return onMade(done.made)
      toast.ok(t('webhooks.saved'))
      onClose()
    },
  })
  const wrong = isProblem(save.error) ? fields[save.error.code] : undefined
  const fieldError = (name: string) => wrong === name && <span className="field-error" role="alert">{problem(save.error)}</span>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  const options = (names: Map<string, string>) => [...names].map(([value, label]) => ({ value, label }))
  return (
    <form className="form-grid" onSubmit={submit}>
      {save.error && !wrong && <Failed error={save.error} />}
      <div className="field"><label htmlFor="hook-url">{t('webhooks.url')}</label><Input id="hook-url" type="url" required autoFocus autoComplete="off" placeholder="https://" maxLength={2000} value={url} onChange={(e) => { setUrl(e.target.value); if (wrong === 'url') save.reset() }} /><span className="small soft">{t('webhooks.url_note')}</span>{fieldError('url')}</div>
      <div className="field"><label htmlFor="hook-description">{t('webhooks.description')}</label><Input id="hook-description" maxLength={200} autoComplete="off" placeholder={t('webhooks.description_example')} value={description} onChange={(e) => setDescription(e.target.value)} />{fieldError('description')}</div>
      <fieldset className="hook-types">
        <legend className="soft small">{t('webhooks.events')}</legend>
        {eventTypes.map((type) => (
          <Checkbox key={type} checked={types.includes(type)} onChange={(e) => setTypes(eventTypes.filter((x) => (x === type ? e.target.checked : types.includes(x))))}>
            {t(`webhooks.type_${type.replace('.', '_')}`)} <span className="soft small mono">{type}</span>
          </Checkbox>
        ))}
        {fieldError('types')}
      </fieldset>
      {types.some((x) => x !== 'class.changed') && <div className="field"><label htmlFor="hook-segments">{t('webhooks.segments')}</label><Select id="hook-segments" mode="multiple" allowClear optionFilterProp="label" value={about} onChange={setAbout} options={options(segmentNames)} placeholder={t('webhooks.all_segments')} />{fieldError('segments')}</div>}
      {types.includes('class.changed') && <div className="field"><label htmlFor="hook-classes">{t('webhooks.classifications')}</label><Select id="hook-classes" mode="multiple" allowClear optionFilterProp="label" value={classes} onChange={setClasses} options={options(classificationNames)} placeholder={t('webhooks.all_classifications')} />{fieldError('classifications')}</div>}
      {webhook && <label className="switch-row"><Switch checked={active} onChange={setActive} /> <span>{t('webhooks.active')}</span></label>}
      {webhook && !active && webhook.waiting > 0 && <p className="small soft">{t('webhooks.off_drops', { count: webhook.waiting })}</p>}
      <div className="row"><Button type="primary" htmlType="submit" loading={save.isPending} disabled={!url.trim() || !types.length}>{t(webhook ? 'common.save' : 'webhooks.make')}</Button></div>
    </form>
  )
}
