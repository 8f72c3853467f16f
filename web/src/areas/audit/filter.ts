import type { AuditFilter } from '@/api/types'
import type { AuditSearch } from '@/router'

/** What the address says, as the server is asked: one day is from it to it. */
export const filterOf = ({ actor, action, day }: AuditSearch): AuditFilter => ({ actor, action, from: day, to: day })
