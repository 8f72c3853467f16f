/** Endpoints of webhooks: what is asked of the server about them. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'

type S = components['schemas']
export type EventType = S['EventType']
export type Webhook = S['WebhookView']
export type WebhookDraft = S['WebhookDraft']
export type WebhookMade = S['WebhookMade']
export type WebhookList = S['WebhookList']
export type Delivery = S['DeliveryView']
export type DeliveryState = S['DeliveryState']
export type DeliveryDetail = Omit<S['DeliveryDetail'], 'payload'> & { payload: unknown }
export type Held = S['HeldView']

export const eventTypes = ['segment.entered', 'segment.left', 'class.changed'] as const satisfies readonly EventType[]

const busy = (list?: { waiting: number }[]) => (list?.some((w) => w.waiting > 0) ? 3_000 : false)
export const webhooks = queryOptions({ queryKey: ['webhooks'], queryFn: ({ signal }) => call<WebhookList>('GET', '/webhooks', { signal }), refetchInterval: (q) => busy(q.state.data?.items) })
export const webhook = (id: string) =>
  queryOptions({ queryKey: ['webhooks', id], queryFn: ({ signal }) => call<Webhook>('GET', `/webhooks/${id}`, { signal }), refetchInterval: (q) => busy(q.state.data ? [q.state.data] : []) })
export const deliveries = (id: string, state?: DeliveryState) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', id, 'deliveries', state],
    queryFn: ({ signal, pageParam }) => call<S['DeliveryPage']>('GET', `/webhooks/${id}/deliveries`, { query: { state, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
export const delivery = (id: string, one: string) =>
  queryOptions({ queryKey: ['webhooks', id, 'delivery', one], queryFn: ({ signal }) => call<DeliveryDetail>('GET', `/webhooks/${id}/deliveries/${one}`, { signal }), staleTime: 0 })
export const postWebhook = (body: WebhookDraft) => call<WebhookMade>('POST', '/webhooks', { body })
export const putWebhook = (id: string, body: WebhookDraft) => call<Webhook>('PUT', `/webhooks/${id}`, { body })
export const deleteWebhook = (id: string) => call<void>('DELETE', `/webhooks/${id}`)
export const turnSecret = (id: string) => call<WebhookMade>('POST', `/webhooks/${id}/secret`)
export const testWebhook = (id: string) => call<DeliveryDetail>('POST', `/webhooks/${id}/test`)
export const resend = (id: string, one: string) => call<DeliveryDetail>('POST', `/webhooks/${id}/deliveries/${one}/retry`)
export const confirmOutbound = (drop_waiting: boolean) => call<{ dropped: number }>('POST', '/outbound/confirm', { body: { drop_waiting } })
