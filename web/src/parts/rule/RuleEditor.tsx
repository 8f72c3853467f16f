import { Segmented } from 'antd'
import { useState } from 'react'
import { useFormat } from '@/parts/format'
import { useMedia } from '@/parts/hooks'
import { RowsEditor } from './RowsEditor'
import { TextEditor } from './TextEditor'
import type { RuleState } from './useRule'

/** Rows and text of one rule: side by side where there is room, one at a time on a phone. */
export function RuleEditor({ state, counts, id = 'rule', segments = true }: { state: RuleState; counts?: Map<string, number>; id?: string; segments?: boolean }) {
  const { t } = useFormat()
  const narrow = useMedia('(max-width: 899px)')
  const [side, setSide] = useState<'rows' | 'text'>('rows')
  return (
    <div className="stack">
      {narrow && <Segmented block aria-label={t('rule.edit_as')} value={side} onChange={setSide} options={[{ value: 'rows', label: t('rule.as_rows') }, { value: 'text', label: t('rule.as_text') }]} />}
      {(!narrow || side === 'rows') && <RowsEditor root={state.rows} coming={state.coming} onChange={state.setRows} counts={counts} segments={segments} />}
      {(!narrow || side === 'text') && (
        <div className="field">
          <label htmlFor={id} className="row"><span className="grow">{t('rule.as_text')}</span><span className="small">{t(state.error ? (state.error.span ? 'rule.text_error' : 'rule.not_checked') : state.settled ? 'rule.in_step' : 'rule.syncing')}</span></label>
          <TextEditor id={id} label={t('rule.as_text')} value={state.text} onChange={state.setText} error={state.error} />
        </div>
      )}
    </div>
  )
}
