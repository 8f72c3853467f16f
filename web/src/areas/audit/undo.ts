import { restoreDashboard } from '@/api/dashboards'
import { undoMerge } from '@/api/duplicates'
import { restoreObject, restoreRecord, undoRecordImport } from '@/api/objects'
import { restoreVersion } from '@/api/queries'
import type { AuditEntry, Defined, Permission } from '@/api/types'
import { restoreNote, restoreTag, undoChange } from '@/api/work'
import { kindOf, type Way } from './things'

/** What takes something back: done here, or where its page asks first. */
export type Undo = { needs: Permission } & ({ run: () => Promise<unknown> } | { way: Way })

/** Things can be taken back for so long. */
const kept = 30 * 86_400_000

/** The way back from what an entry tells of, where there is one. The server has the last word: it may have been taken back since. */
export function undoOf({ action, subject, detail, at }: Pick<AuditEntry, 'action' | 'subject' | 'detail' | 'at'>, now: number): Undo | null {
  const of = kindOf(subject)
  if (of === 'segment' || of === 'classification' || of === 'feature') return action.startsWith('definition.') ? definition(`${of}s`, subject.slice(of.length + 1), action, detail.version) : null
  if (now - Date.parse(at) > kept) return null
  const here = (run: () => Promise<unknown>, needs: Permission = 'customers:write'): Undo => ({ run, needs })
  // many records at once, from a file or by hand
  if (of === 'rim') return action === 'record.import_undone' ? null : here(() => undoRecordImport(subject))
  switch (action) {
    case 'customers.changed': return here(() => undoChange(subject))
    case 'customers.merged': return typeof detail.merge === 'string' ? here(() => undoMerge(detail.merge as string)) : null
    case 'import.committed': return of === 'imp' ? { way: { to: '/imports/$id', params: { id: subject } }, needs: 'imports:write' } : null
    case 'tag.removed': return here(() => restoreTag(subject))
    case 'note.removed': return here(() => restoreNote(subject))
    case 'record.removed': return here(() => restoreRecord(subject))
    case 'object.removed': return here(() => restoreObject(subject), 'definitions:write')
    case 'dashboard.withdrawn': return here(() => restoreDashboard(subject), 'definitions:write')
    default: return null
  }
}

/** As it was before this version: for as long as the log stands. */
function definition(of: Defined, key: string, action: string, version: unknown): Undo | null {
  const before = action === 'definition.published' && typeof version === 'number' ? version - 1 : 0
  return before > 0 ? { run: () => restoreVersion(of, key, before), needs: 'definitions:write' } : null
}
