/** For how long somebody's key still means the page it was pressed on. */
const PATIENCE = 8000

let letGo = () => {}

/**
 * Puts the cursor where a key asks for it. A box that does not stand yet is waited for, and what is typed until then
 * goes into it; Escape, a click, any other key or another page ends the waiting.
 */
export function aim(event: KeyboardEvent, id: string) {
  event.preventDefault()
  letGo()
  const there = document.getElementById(id)
  if (there) return there.focus()
  const page = window.location.pathname
  let typed = ''
  let sent: KeyboardEvent | undefined
  const stands = () => {
    if (window.location.pathname !== page) return letGo()
    const box = document.getElementById(id)
    if (!box) return
    letGo()
    box.focus()
    // as if typed: the browser's own way, so that the box hears of it
    if (typed) document.execCommand('insertText', false, typed)
    // what is sent is what the box has heard of by then
    if (sent) setTimeout(() => box.dispatchEvent(sent as KeyboardEvent))
  }
  const on = (e: KeyboardEvent) => {
    if (e.key === 'Shift' || e.key === 'Control' || e.key === 'Meta') return
    const letter = e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey && !e.isComposing
    if (!letter && e.key !== 'Enter') return letGo()
    e.preventDefault()
    e.stopImmediatePropagation()
    if (letter) typed += e.key
    else if (e.ctrlKey || e.metaKey) sent = new KeyboardEvent('keydown', e)
    else typed += '\n'
  }
  const clicked = () => letGo()
  const watch = new MutationObserver(stands)
  watch.observe(document.body, { childList: true, subtree: true })
  window.addEventListener('keydown', on, true)
  window.addEventListener('pointerdown', clicked)
  const timer = setTimeout(() => letGo(), PATIENCE)
  letGo = () => {
    letGo = () => {}
    clearTimeout(timer)
    watch.disconnect()
    window.removeEventListener('keydown', on, true)
    window.removeEventListener('pointerdown', clicked)
  }
}
