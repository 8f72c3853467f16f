/** For how long somebody's key still means the page it was pressed on. */
const PATIENCE = 8000

/**
 * Puts the cursor where a key asks for it. A box that does not stand yet is waited for: until then the cursor is in one
 * that nobody sees, so that what is typed meanwhile, by whatever method, goes over. Escape, a click or another page ends it.
 * `waiting` is what a screen reader says of it.
 */
export function aim(event: KeyboardEvent, id: string, waiting: string) {
  event.preventDefault()
  const there = document.getElementById(id)
  if (there) return there.focus()
  const page = window.location.pathname
  const meanwhile = document.createElement('textarea')
  meanwhile.className = 'sr'
  meanwhile.ariaLabel = waiting
  let composing = false
  let sent: KeyboardEvent | undefined
  const end = () => {
    clearTimeout(timer)
    watch.disconnect()
    meanwhile.onblur = null
    meanwhile.remove()
  }
  const stands = () => {
    if (window.location.pathname !== page) return end()
    const box = document.getElementById(id)
    if (!box || composing) return
    end()
    box.focus()
    // as if typed: the browser's own way, so that the box hears of it
    if (meanwhile.value) document.execCommand('insertText', false, meanwhile.value)
    // what is sent is what the box has heard of by then
    if (sent) setTimeout(() => box.dispatchEvent(sent as KeyboardEvent))
  }
  meanwhile.onblur = end
  meanwhile.addEventListener('compositionstart', () => { composing = true })
  meanwhile.addEventListener('compositionend', () => { composing = false; setTimeout(stands) })
  meanwhile.onkeydown = (e) => {
    if (e.key === 'Escape') end()
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) sent = new KeyboardEvent('keydown', e)
  }
  const watch = new MutationObserver(stands)
  const timer = setTimeout(end, PATIENCE)
  document.body.append(meanwhile)
  meanwhile.focus()
  watch.observe(document.body, { childList: true, subtree: true })
}
