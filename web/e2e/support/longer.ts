import { readdirSync, readFileSync } from 'node:fs'
import type { Lang } from './words'

/** What is put behind every text; nothing the app itself says has such letters. */
const more = 'lörem ïpsum dölör sït ämet cönsëctetür ädïpïscïng ëlït sëd dö eïüsmöd tëmpör ïncïdïdünt üt läböre ët dölörë mägnä älïqüä '.repeat(4)

/** Every text of a language, longer by two fifths, as languages are into which it might be put. What stands between others (`, `) is left. */
export function longer(lang: Lang): Record<string, Record<string, string>> {
  const folder = new URL(`../../src/i18n/locales/${lang}/`, import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const text = (t: string) => (/[\p{L}]{2}/u.test(t) ? `${t} ${more.slice(0, Math.ceil(t.replace(/\{\{.*?\}\}/g, '12').length * 0.4)).trimEnd()}` : t)
  return Object.fromEntries(files.map((name) => [name.replace('.json', ''), Object.fromEntries(Object.entries(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, string>).map(([k, v]) => [k, text(v)]))]))
}

/** Texts of the page that were made longer and are cut off without a way to read them, stick out of what holds them, or lie over others. Runs in the page. */
export function squeezed(): string[] {
  const found = new Set<string>()
  const own = /[äëïöü]/
  const say = (what: string, e: Element) => found.add(`${what} ${e.tagName.toLowerCase()}.${String(e.className.toString()).split(' ').slice(0, 3).join('.')} "${(e.textContent ?? '').trim().slice(0, 50)}"`)
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const seen: { e: Element; r: DOMRect }[] = []
  while (walker.nextNode()) {
    const node = walker.currentNode
    const e = node.parentElement
    if (!e || !own.test(node.textContent ?? '') || e.closest('.sr, [aria-hidden=true], noscript, option, script') || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const r = range.getBoundingClientRect()
    if (r.width < 2) continue
    let loose = false
    let cut = false
    for (let a: Element | null = e; a && a !== document.body; a = a.parentElement) {
      const style = getComputedStyle(a)
      if (style.position === 'fixed' || style.position === 'sticky') loose = true
      if ((/auto|scroll/.test(style.overflowX) && a.scrollWidth > a.clientWidth) || (/auto|scroll/.test(style.overflowY) && a.scrollHeight > a.clientHeight)) { loose = true; break }
      const box = a.getBoundingClientRect()
      const hides = style.overflowX !== 'visible'
      if (hides && (r.right > box.right + 1 || r.left < box.left - 1)) {
        cut = true
        if (!a.closest('[title]') && !e.closest('[title]')) say('cut off', e)
        break
      }
      if (style.overflowY !== 'visible' && !/auto|scroll/.test(style.overflowY) && r.bottom > box.bottom + 2) { cut = true; say(`cut off below by ${a.className.toString()}:`, e); break }
      const frame = style.borderRightWidth !== '0px' || /button|a|td|th|label|dt|dd/i.test(a.tagName)
      if (frame && style.display !== 'inline' && r.right > box.right + 1.5) { say('sticks out', a); break }
    }
    if (!loose && !cut) seen.push({ e, r })
  }
  for (const [i, a] of seen.entries())
    for (const b of seen.slice(i + 1)) {
      if (a.e.contains(b.e) || b.e.contains(a.e)) continue
      const x = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left)
      const y = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top)
      // texts that run on in lines share boxes, not places
      const inline = (e: Element) => getComputedStyle(e).display === 'inline' && e.getClientRects().length > 1
      if (x > 3 && y > 4 && !inline(a.e) && !inline(b.e)) say(`over "${(b.e.textContent ?? '').trim().slice(0, 30)}":`, a.e)
    }
  const wide = document.documentElement.scrollWidth
  if (wide > innerWidth) found.add(`sideways ${wide}`)
  return [...found]
}
