import { useSearch } from '@tanstack/react-router'
import type { AsOf } from '@/api/queries'

/** The day and knowledge the reader chose; they travel in the address from page to page. */
export function useAt(): AsOf {
  const { as_of, known } = useSearch({ strict: false }) as AsOf
  return { as_of, known }
}
