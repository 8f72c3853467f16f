/**
 * People, what they may do, and the log of it, as the server tells them. By hand until `gen/schema.d.ts` holds these
 * shapes: then each name here becomes one of `S['…']` in `types.ts`, and this file goes.
 */

import type { Label } from './types'

export type Role = 'owner' | 'manager' | 'analyst' | 'agent' | 'viewer'
export type Permission = 'base:read' | 'personal:read' | 'export:take' | 'definitions:write' | 'imports:write' | 'settings:write' | 'members:manage' | 'tokens:write' | 'audit:read'
/** What was said of one person or token beside the role: does it see phones, e-mails, birthdays, comments? */
export type Personal = 'by_role' | 'granted' | 'denied'
export interface Standing { role: Role; personal: Personal }

/** Who is signed in, with what the server lets them do; the role itself decides nothing here. */
export interface Me { id: string; name: string; email: string; role: Role; permissions: Permission[] }
/** Two more members of the session's answer; the owners are whom to ask for what one may not do. */
export interface SessionPeople { user?: Me | null; owners?: string[] }

export interface Member extends Standing { id: string; name: string; email: string; permissions: Permission[]; created_at: string; last_seen_at?: string | null; you: boolean }

export interface InvitationDraft extends Standing { email: string }
export interface Invitation extends Standing {
  id: string; email: string; state: 'open' | 'accepted' | 'revoked' | 'expired'
  created_at: string; created_by: { id: string; name: string }; expires_at: string; accepted_at: string | null
}
/** `link` is told this once; absolute where the server knows its own address. */
export interface InvitationMade { invitation: Invitation; token: string; link: string }
/** What a link says before it is taken; `known`: the address has an account already. */
export interface InvitationLook { email: string; role: Role; workspace: string; inviter: string; known: boolean }
export interface InvitationAnswer { token: string; name?: string; password: string }

export interface TokenDraft extends Standing { name: string; days: number }
export interface Token extends Standing {
  id: string; name: string; prefix: string; permissions: Permission[]; owner: { id: string; name: string }
  created_at: string; expires_at: string; last_used_at: string | null; state: 'active' | 'expired' | 'revoked'
}
export interface TokenMade { token: Token; secret: string }

export interface AuditFilter { actor?: string; action?: string }
export interface AuditEntry {
  seq: number; at: string; actor: { id: string; name: string | null }; token: string | null
  action: string; subject: string; detail: Record<string, unknown>; hash: string
}
export interface AuditPage { items: AuditEntry[]; next_cursor: string | null }
export interface AuditHead { seq: number; hash: string }
export interface AuditVerdict { whole: boolean; rows: number; head: AuditHead | null; broken: { seq: number; why: 'link' | 'hash' | 'gap' | 'head'; message: Label } | null }

/** The features the asker may not see, and a value that is one of them. */
export interface Masks { masked?: string[] }
export interface Masked { masked?: boolean }
