import type { TagRef } from '@/api/types'

/** A tag as it stands on a customer, with the way off if there is one. */
export const TagChip = ({ tag, onRemove, label }: { tag: Pick<TagRef, 'name' | 'colour'>; onRemove?: () => void; label?: string }) => (
  <span className={`chip tag tag-${tag.colour}`}><span className="clip">{tag.name}</span>{onRemove && <button type="button" aria-label={label} onClick={onRemove}>×</button>}</span>
)
