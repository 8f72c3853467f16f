import { Modal, type ModalProps } from 'antd'

/** antd's dialog; the button that keeps says which keys do so too. */
export default function Dialog(props: ModalProps) {
  return <Modal {...props} okButtonProps={{ title: props.okButtonProps?.danger ? undefined : '⌘Enter / Ctrl+Enter', ...props.okButtonProps }} />
}
