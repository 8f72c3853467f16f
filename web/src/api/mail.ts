/** The mail server: what is asked of the server about it. */

import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'

type S = components['schemas']
export type MailSecurity = S['MailSecurity']
export type MailDraft = S['MailDraft']
export type Relay = S['RelayView']
export type SentMail = Omit<S['MailView'], 'state'> & { state: 'waiting' | 'sent' | 'dead' | 'dropped' }
export type MailState = Omit<S['MailState'], 'recent'> & { recent: SentMail[] }
export type MailTested = S['MailTested']

export const mail = queryOptions({ queryKey: ['mail'], queryFn: ({ signal }) => call<MailState>('GET', '/mail', { signal }), refetchInterval: (q) => (q.state.data?.recent.some((m) => m.state === 'waiting') ? 3_000 : false) })
export const putMail = (body: MailDraft) => call<MailState>('PUT', '/mail', { body })
export const deleteMail = () => call<void>('DELETE', '/mail')
export const testMail = () => call<MailTested>('POST', '/mail/test')
