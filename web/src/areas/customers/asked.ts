import { own } from '@/api/base'
import type { CustomerQuery } from '@/api/queries'
import type { ListSearch } from '@/router'

export const defaultColumns = 'class.rfm_8,class.lifecycle,net,orders,recency_days,tags,owner,last_order_day,average_order_net'
export const COLUMNS = own('zhiyin.columns')

/** Columns that are no features: what people hung on customers. */
export const handmade = ['tags', 'owner']

/** How the list looks, which the server need not know. */
const looks = ['columns', 'sort', 'view', 'density', 'display', 'facets']
const nothing: ReadonlySet<string> = new Set()

/** What the list asks of the server: by its address and the columns of this browser, without what is hidden from the reader (`masked`). */
export function askedOf(search: ListSearch, masked = nothing) {
  // a link of somebody who sees more still opens; what is hidden from this reader is left out
  const columns = (search.columns ?? localStorage.getItem(COLUMNS) ?? defaultColumns).split(',').filter((k) => k && !masked.has(k))
  const sort = search.sort && !masked.has(search.sort.replace(/^-/, '')) ? search.sort : '-net'
  const filters = Object.fromEntries(Object.entries(search).filter(([k]) => !looks.includes(k))) as CustomerQuery
  const request = { ...filters, sort, columns: columns.join(',') }
  // companies have no phone of their own, but contacts
  const query: CustomerQuery = { ...request, columns: [...new Set([...columns, 'contacts'])].join(',') }
  return { columns, sort, filters, request, query }
}
