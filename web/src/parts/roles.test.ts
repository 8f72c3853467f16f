import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Permission, Personal, Role } from '@/api/types'
import { change, mayOf, permissionsOf, personalOf, roles, tokenPermissionsOf, within } from '@/parts/roles'

const may = (role: (typeof roles)[number], personal: 'by_role' | 'granted' | 'denied' = 'by_role') => permissionsOf({ role, personal })

describe('roles', () => {
  it('may what the server says they may', () => {
    const document = JSON.parse(readFileSync('../crates/api/tests/it/snapshots/openapi.json', 'utf8')) as { components: { schemas: { Role: { 'x-permissions': Record<Role, Record<Personal, Permission[]>> } } } }
    const said = document.components.schemas.Role['x-permissions']
    const words: Personal[] = ['by_role', 'granted', 'denied']
    expect(Object.fromEntries(roles.map((role) => [role, Object.fromEntries(words.map((word) => [word, permissionsOf({ role, personal: word })]))]))).toEqual(said)
  })
  it('get fewer rights one after the other, with the agent beside the analyst', () => {
    expect(roles.map((r) => may(r).length)).toEqual([11, 10, 5, 3, 1])
    expect(within(may('manager'), may('owner'))).toBe(true)
    expect(within(may('owner'), may('manager'))).toBe(false)
    expect(within(may('agent'), may('analyst'))).toBe(false)
  })
  it('see personal data as was said of the person', () => {
    expect(may('viewer', 'granted')).toEqual(['base:read', 'personal:read'])
    expect(may('agent', 'denied')).toEqual(['base:read', 'customers:write'])
    expect([true, false].map((sees) => personalOf('agent', sees))).toEqual(['by_role', 'denied'])
    expect([true, false].map((sees) => personalOf('viewer', sees))).toEqual(['granted', 'by_role'])
  })
  it('import only with personal data', () => {
    expect(may('analyst')).not.toContain('imports:write')
    expect(may('analyst', 'granted')).toContain('imports:write')
    expect(may('manager', 'denied')).not.toContain('imports:write')
    expect(mayOf('analyst', 'imports:write')).toBe('personal')
    expect([mayOf('analyst', 'personal:read'), mayOf('owner', 'imports:write'), mayOf('viewer', 'imports:write')]).toEqual(['no', 'yes', 'no'])
  })
  it('give programs nothing that is about people', () => {
    expect(tokenPermissionsOf({ role: 'owner', personal: 'by_role' })).not.toContain('members:manage')
    expect(tokenPermissionsOf({ role: 'analyst', personal: 'by_role' })).toEqual(['base:read', 'customers:write', 'export:take', 'definitions:write'])
  })
  it('say what a change means', () => {
    expect(change(may('agent'), may('analyst'))).toEqual({ gains: ['export:take', 'definitions:write', 'tokens:write'], losses: ['personal:read'] })
  })
})
