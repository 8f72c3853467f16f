/** antd's drawers and dialogs, whose code comes when one is first opened: no page waits for it. */

import { type ComponentType, lazy, Suspense, useRef } from 'react'

function opened<P extends { open?: boolean }>(Body: ComponentType<P>) {
  return function Opened(props: P) {
    const ever = useRef(false)
    ever.current ||= !!props.open
    return ever.current && <Suspense fallback={null}><Body {...props} /></Suspense>
  }
}

export const Drawer = opened(lazy(() => import('./drawer')))
export const Modal = opened(lazy(() => import('./modal')))
