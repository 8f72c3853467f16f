import { Button, Checkbox, Modal } from 'antd'
import { useT } from '@/i18n'
import type { Place } from './places'

/** Which pages stand first in the menu, in the order they were chosen. */
export default function Pins({ places, pins, onChange, onClose }: { places: readonly Place[]; pins: string[]; onChange: (next: string[]) => void; onClose: () => void }) {
  const { t } = useT()
  const chosen = pins.filter((key) => places.some((p) => p.key === key))
  const set = (key: string, on: boolean) => onChange(on ? [...chosen, key] : chosen.filter((x) => x !== key))
  return (
    <Modal open onCancel={onClose} title={t('shell.pin')} width={420} transitionName="" maskTransitionName="" footer={<Button type="primary" onClick={onClose}>{t('common.done')}</Button>}>
      <p className="soft">{t('shell.pin_note')}</p>
      <div className="pins">
        {places.map((p) => <Checkbox key={p.key} checked={chosen.includes(p.key)} onChange={(e) => set(p.key, e.target.checked)}>{t(`shell.${p.key}`)}</Checkbox>)}
      </div>
    </Modal>
  )
}
