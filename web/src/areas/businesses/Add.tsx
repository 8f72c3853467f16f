import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { type FormEvent, useState } from 'react'
import { type BusinessMade, businesses, postBusiness } from '@/api/businesses'
import { session } from '@/api/queries'
import type { Lang } from '@/api/types'
import { useT } from '@/i18n'
import { Drawer } from '@/parts/opened'
import { Secret } from '@/parts/Secret'
import { Failed } from '@/parts/States'
import { langs } from './langs'

/** Adds a business, then shows the link its founder sets it up by; or shows a link that was made anew. */
export function Add({ shown, onMade, onClose }: { shown: 'form' | BusinessMade | null; onMade: (made: BusinessMade) => void; onClose: () => void }) {
  const { t } = useT()
  return (
    <Drawer open={shown !== null} onClose={onClose} size={460} title={t('businesses.add')} mask={{ closable: false }} destroyOnHidden>
      {shown === 'form' ? <Form onMade={onMade} /> : shown && <Made made={shown} onClose={onClose} />}
    </Drawer>
  )
}

function Form({ onMade }: { onMade: (made: BusinessMade) => void }) {
  const { t, lang: shown } = useT()
  const queries = useQueryClient()
  const { data: now } = useQuery(session)
  const [slug, setSlug] = useState('')
  const [lang, setLang] = useState<Lang>(now?.workspace?.lang ?? shown)
  const make = useMutation({
    mutationFn: () => postBusiness({ slug: slug.trim(), lang }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: businesses.queryKey })
      onMade(made)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!make.isPending) make.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      <p className="soft">{t('businesses.add_note')}</p>
      {make.error && <Failed error={make.error} />}
      <div className="field">
        <label htmlFor="business-slug">{t('businesses.slug')}</label>
        <Input id="business-slug" required autoFocus autoComplete="off" autoCapitalize="none" spellCheck={false} minLength={2} maxLength={40} prefix={<span className="soft">{window.location.host}/w/</span>} placeholder="brand-b" value={slug} onChange={(e) => setSlug(e.target.value.toLowerCase())} aria-describedby="business-slug-note" />
        <span className="small soft" id="business-slug-note">{t('businesses.slug_note')}</span>
      </div>
      <div className="field"><label htmlFor="business-lang">{t('businesses.lang')}</label><Select id="business-lang" value={lang} onChange={setLang} options={langs} /></div>
      <div className="row"><Button type="primary" htmlType="submit" loading={make.isPending} disabled={slug.trim().length < 2}>{t('businesses.make')}</Button></div>
    </form>
  )
}

function Made({ made, onClose }: { made: BusinessMade; onClose: () => void }) {
  const { t } = useT()
  const link = new URL(made.link, window.location.origin).href
  return (
    <div className="form-grid">
      <p>{t('businesses.made', { address: `${window.location.host}${made.business.path}` })}</p>
      <Secret label={t('businesses.link')} value={link} note={t('businesses.link_note')} />
      <div className="row"><Button onClick={onClose}>{t('common.done')}</Button></div>
    </div>
  )
}
