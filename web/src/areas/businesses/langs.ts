import type { Lang } from '@/api/types'

/** Each language by its own name. */
export const langs = (['zh-CN', 'en'] satisfies Lang[]).map((value) => ({ value, label: new Intl.DisplayNames([value], { type: 'language' }).of(value.slice(0, 2)) ?? value }))
