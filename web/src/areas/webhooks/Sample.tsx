import { Segmented } from 'antd'
import { useState } from 'react'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'

const python = `import base64, hashlib, hmac, time

def verify(secret: str, headers: dict, body: bytes) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    at = headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False  # too old, or a clock that is wrong
    signed = f'{headers["webhook-id"]}.{at}.'.encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [s[3:] for s in headers["webhook-signature"].split(" ") if s.startswith("v1,")]
    return any(hmac.compare_digest(expected, s) for s in given)`

const node = `import { createHmac, timingSafeEqual } from 'node:crypto'

export function verify(secret, headers, body /* Buffer */) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const at = headers['webhook-timestamp']
  if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false // too old, or a clock that is wrong
  const signed = Buffer.concat([Buffer.from(\`\${headers['webhook-id']}.\${at}.\`), body])
  const expected = createHmac('sha256', key).update(signed).digest()
  return headers['webhook-signature'].split(' ').filter((s) => s.startsWith('v1,')).some((s) => {
    const given = Buffer.from(s.slice(3), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}`

/** How the receiver makes sure that a message is ours: code to copy. */
export function Sample() {
  const { t } = useFormat()
  const [lang, setLang] = useState<'Python' | 'Node'>('Python')
  return (
    <Card title={t('webhooks.verify')} extra={<Segmented aria-label={t('webhooks.verify')} value={lang} onChange={setLang} options={['Python', 'Node']} />}>
      <p className="soft">{t('webhooks.verify_note')}</p>
      <pre className="hook-payload" tabIndex={0} aria-label={lang}>{lang === 'Python' ? python : node}</pre>
    </Card>
  )
}
