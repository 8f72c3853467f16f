import { Link } from '@tanstack/react-router'
import type { Attention } from './useAttention'

/** One thing that waits, leading to where it is dealt with. */
export function Line({ of: { text, worse, to, params, search }, onClick }: { of: Attention; onClick?: () => void }) {
  return <Link className={worse ? 'worse' : undefined} to={to} params={params as never} search={(search ?? {}) as never} onClick={onClick}>{worse && '▼ '}{text}</Link>
}
