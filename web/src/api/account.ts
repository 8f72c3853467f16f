/** One's own account: where one is signed in, the second step of it, and what is asked of everybody. */

import { queryOptions } from '@tanstack/react-query'
import { own } from './base'
import { call } from './client'
import type { components } from './gen/schema'
import type { Session } from './types'

type S = components['schemas']
export type OwnSession = S['OwnSession']

export const ownSessions = queryOptions({ queryKey: ['own sessions'], queryFn: async ({ signal }) => (await call<{ items: OwnSession[] }>('GET', '/sessions', { signal })).items })
export const endSession = (id: string) => call<void>('DELETE', `/sessions/${id}`)
export const endOtherSessions = () => call<{ ended: number }>('DELETE', '/sessions')

export type Second = S['SecondFactorView']
export type SecondOffer = S['SecondFactorOffer']
export const second = queryOptions({ queryKey: ['second factor'], queryFn: ({ signal }) => call<Second>('GET', '/session/second-factor', { signal }) })
export const offerSecond = () => call<SecondOffer>('POST', '/session/second-factor')
export const confirmSecond = (code: string) => call<S['RecoveryCodes']>('POST', '/session/second-factor/confirm', { body: { code } })
export const renewCodes = (code: string) => call<S['RecoveryCodes']>('POST', '/session/second-factor/recovery', { body: { code } })
export const endSecond = (body: { password: string; code: string }) => call<void>('POST', '/session/second-factor/off', { body })
export const resetSecond = (member: string) => call<{ ended: number }>('DELETE', `/members/${member}/second-factor`)
/** The session looks as that member from then on. */
export const viewAs = (member: string) => call<Session>('POST', `/members/${member}/view`)
export const lookBack = () => call<Session>('DELETE', '/session/view')
/** The second step of a sign-in that waits for it. */
export const giveCode = (code: string) => call<Session>('POST', '/session/code', { body: { code } })

export const signInRules = queryOptions({ queryKey: ['sign-in rules'], queryFn: ({ signal }) => call<S['SignInRules']>('GET', '/workspace/sign-in', { signal }) })
export const putSignInRules = (body: S['SignInRulesEdit']) => call<S['SignInRules']>('PUT', '/workspace/sign-in', { body })

export type OidcState = S['OidcState']
export const oidc = queryOptions({ queryKey: ['sign-in service'], queryFn: ({ signal }) => call<OidcState>('GET', '/workspace/sign-in/oidc', { signal }) })
export const putOidc = (body: S['OidcDraft']) => call<OidcState>('PUT', '/workspace/sign-in/oidc', { body })
export const deleteOidc = () => call<void>('DELETE', '/workspace/sign-in/oidc')
const NEXT = own('zhiyin.next')
/** Off to the sign-in service; `next`: the page of ours to come back to. */
export const goToService = async (next?: string) => {
  const { url } = await call<{ url: string }>('POST', '/session/oidc')
  if (next) sessionStorage.setItem(NEXT, next)
  window.location.assign(url)
}
/** Where somebody who is back wanted to go: only a path of ours. */
export const takeNext = () => {
  const next = sessionStorage.getItem(NEXT) ?? ''
  sessionStorage.removeItem(NEXT)
  return /^\/(?!\/)/.test(next) ? next : '/'
}
export const comeBack = (body: { code: string; state: string; iss?: string }) => call<Session>('POST', '/session/oidc/finish', { body })
