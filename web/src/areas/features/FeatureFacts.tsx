import type { Feature } from '@/api/types'
import { useFormat } from '@/parts/format'

/** One feature for whoever may not change it. */
export function FeatureFacts({ feature: x, hidden }: { feature: Feature; hidden: boolean }) {
  const f = useFormat()
  const { t } = f
  return (
    <div className="stack">
      <p className="sentence">{f.label(x.description)}</p>
      {hidden && <p>{t('access.hidden')}</p>}
      <dl className="feature-facts">
        <dt>{t('features.key')}</dt><dd><code>{x.key}</code></dd>
        <dt>{t('features.shelf')}</dt><dd>{t(`features.group_${x.group}`)}</dd>
        <dt>{t('features.type')}</dt><dd>{t(`features.type_${x.value}`)}{x.unit && <span className="soft"> · {f.label(x.unit)}</span>}</dd>
        <dt>{t('features.how')}</dt><dd>{t(`features.kind_${x.entry?.figure ? 'records' : x.definition.kind}`)}</dd>
      </dl>
    </div>
  )
}
