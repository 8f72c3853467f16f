import type { AuditFilter } from '@/api/types'
import type { AuditSearch } from '@/router'

/** What the address says, as the server is asked. */
export const filterOf = ({ actor, action, about, from, to }: AuditSearch): AuditFilter => ({ actor, action, about, from, to })
