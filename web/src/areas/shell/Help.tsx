import { Modal } from 'antd'
import { useState } from 'react'
import { docs } from '@/api/queries'
import { useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { lettersOn, understood } from '@/parts/hooks'
import { useActions } from './actions'
import { letterOf, usePlaces } from './places'

/** A key as it stands on the keyboard. */
const printed = (key: string) => ({ space: 'Space', enter: 'Enter', escape: 'Esc' })[key] ?? key.toUpperCase().replace('SHIFT ', '⇧')

const Keys = ({ keys }: { keys: [string[], string][] }) => (
  <div className="keys">
    {keys.map(([combo, what]) => <div key={combo.join(' ') + what}><span className="nowrap">{combo.map((k) => <span key={k} className="kbd">{k}</span>)}</span><span>{what}</span></div>)}
  </div>
)

/** The shortcuts, on `?`: those of the page first. */
export default function Help({ onClose }: { onClose: () => void }) {
  const { t, lang } = useT()
  const may = useMay()
  const places = usePlaces()
  const actions = useActions()
  // as it was when the keys were asked for: the dialog itself has none
  const [here] = useState(() => understood().map(([key, does]): [string[], string] => [[printed(key)], does]))
  const keys: [string[], string][] = [
    [['⌘/Ctrl', 'K'], t('shell.search')],
    [['/'], t('shell.key_page_search')],
    ...places.flatMap((p): [string[], string][] => { const letter = letterOf(p); return letter ? [[['G', letter], t(`shell.${p.key}`)]] : [] }),
    ...(actions.make.length ? [[['C'], t('shell.new')] as [string[], string]] : []),
    ...actions.make.flatMap((a): [string[], string][] => (a.letter ? [[['C', a.letter], a.text]] : [])),
    ...(may('customers:write') ? [[['⌘/Ctrl', 'Z'], t('shell.key_undo')] as [string[], string]] : []),
    [['⌘/Ctrl', 'Enter'], t('shell.key_save')],
    [['←', '↑', '↓', '→'], t('shell.key_cells')],
    [['Esc'], t('common.close')],
  ]
  return (
    <Modal open onCancel={onClose} footer={null} title={t('shell.shortcuts')} width={760}>
      {here.length > 0 && <><h3 className="keys-title">{t('shell.keys_here')}</h3><Keys keys={here} /><h3 className="keys-title">{t('shell.keys_everywhere')}</h3></>}
      <Keys keys={keys} />
      <p className="small soft">{t(lettersOn() ? 'shell.shortcuts_note' : 'shell.letters_off')}</p>
      <p className="small"><a href={docs(lang)}>{t('shell.reference')}</a></p>
    </Modal>
  )
}
