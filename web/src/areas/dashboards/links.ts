/** Plain text in which `https://…` and `[words](https://…)` are links: parts for drawing, never HTML. */

export interface Link { text: string; href: string }

const found = /\[([^\]\n]{1,200})\]\((https?:\/\/[^\s()<>"]+)\)|https?:\/\/[^\s<>"'（）《》，。；、！？]+/g

export function linked(text: string): (string | Link)[] {
  const parts: (string | Link)[] = []
  let from = 0
  for (const match of text.matchAll(found)) {
    const [whole, words, address] = match
    // what ends a sentence is no part of an address
    const href = address ?? whole.replace(/[.,;:!?)\]]+$/, '')
    if (!URL.canParse(href)) continue
    if (match.index > from) parts.push(text.slice(from, match.index))
    parts.push({ text: words ?? href, href })
    from = match.index + (address ? whole : href).length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}
