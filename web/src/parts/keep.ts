/** ⌘Enter and ⌘S keep what somebody is filling in, whatever form it is: fetched once, it listens from then on. */

/** The button that keeps what stands in the form, card or dialog somebody is in: the nearest around, on the page or in the dialog over it. */
function keeper(at: Element | null): HTMLButtonElement | undefined {
  const over = [...document.querySelectorAll<HTMLElement>('.ant-modal, .ant-drawer-open')].filter((x) => x.checkVisibility()).at(-1)
  for (let box = over && !over.contains(at) ? over : at; box && !box.matches('.page, .shell, body'); box = box.parentElement) {
    const found = [...box.querySelectorAll<HTMLButtonElement>('.ant-btn-primary:not(.ant-btn-dangerous)')]
    if (found.length) return found.find((b) => b.type === 'submit') ?? found.at(-1)
    if (box === over) return undefined
  }
  return undefined
}

const on = (event: KeyboardEvent) => {
  if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey || event.isComposing || (event.key !== 'Enter' && event.key !== 's')) return
  const button = keeper(event.target as Element | null)
  if (!button) return
  // neither the browser's nor a field's own Enter on top of it
  event.preventDefault()
  event.stopPropagation()
  if (!button.disabled && !button.classList.contains('ant-btn-loading')) button.click()
}
window.addEventListener('keydown', on, true)
export {}
