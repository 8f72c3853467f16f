import { Modal } from 'antd'
import { docs } from '@/api/queries'
import { useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { lettersOn } from '@/parts/hooks'
import { useActions } from './actions'
import { letterOf, usePlaces } from './places'

/** The shortcuts, on `?`. */
export default function Help({ onClose }: { onClose: () => void }) {
  const { t, lang } = useT()
  const may = useMay()
  const places = usePlaces()
  const actions = useActions()
  const make = may('definitions:write')
  const keys: [string[], string][] = [
    [['⌘/Ctrl', 'K'], t('shell.search')],
    [['/'], t('shell.key_page_search')],
    ...places.flatMap((p): [string[], string][] => { const letter = letterOf(p); return letter ? [[['G', letter], t(`shell.${p.key}`)]] : [] }),
    ...(actions.make.length ? [[['C'], t('shell.new')] as [string[], string]] : []),
    ...actions.make.flatMap((a): [string[], string][] => (a.letter ? [[['C', a.letter], a.text]] : [])),
    [['J'], t('shell.key_next')],
    [['K'], t('shell.key_previous')],
    [['Space'], t('shell.key_preview')],
    [['Enter'], t('shell.key_open')],
    ...(may('customers:write') ? [[['X'], t('shell.key_select')], [['⇧X'], t('shell.key_select_range')], [['B'], t('shell.key_bulk')], [['A'], t('shell.key_owner')], [['E'], t('shell.key_edit')], [['N'], t('shell.key_note')], [['M'], t('shell.key_merge')], [['N'], t('shell.key_distinct')], [['L'], t('shell.key_later')], [['⌘/Ctrl', 'Z'], t('shell.key_undo')]] as [string[], string][] : []),
    ...(make ? [[['⌘/Ctrl', 'Enter'], t('shell.key_save')] as [string[], string]] : []),
    [['←', '↑', '↓', '→'], t('shell.key_cells')],
    [['Esc'], t('common.close')],
  ]
  return (
    <Modal open onCancel={onClose} footer={null} title={t('shell.shortcuts')} width={760}>
      <div className="keys">
        {keys.map(([combo, what]) => <div key={combo.join(' ') + what}><span className="nowrap">{combo.map((k) => <span key={k} className="kbd">{k}</span>)}</span><span>{what}</span></div>)}
      </div>
      <p className="small soft">{t(lettersOn() ? 'shell.shortcuts_note' : 'shell.letters_off')}</p>
      <p className="small"><a href={docs(lang)}>{t('shell.reference')}</a></p>
    </Modal>
  )
}
