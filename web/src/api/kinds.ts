/** A field is given another kind: asked for first, then done. */

import { call } from './client'
import type { KindForm, KindReport } from './types'

export const postFeatureKind = (key: string, form: KindForm) => call<KindReport>('POST', `/features/${encodeURIComponent(key)}/kind`, { body: form })
export const postFieldKind = (id: string, field: string, form: KindForm) => call<KindReport>('POST', `/objects/${id}/fields/${encodeURIComponent(field)}/kind`, { body: form })
