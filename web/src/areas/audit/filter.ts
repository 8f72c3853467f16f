import type { AuditFilter } from '@/api/types'
import type { AuditSearch } from '@/router'

/** What the address says, as the server is asked: one day is from it to it. */
export const filterOf = ({ actor, action, about, day }: AuditSearch): AuditFilter => ({ actor, action, about, from: day, to: day })
