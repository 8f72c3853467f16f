/** The nonce of this page's content security policy; the server writes a fresh one into every answer. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content

/**
 * antd passes its nonce to the styles of its components, but the helpers under it (scroll lock, scrollbar measure) make
 * `<style>` elements without one, which a strict policy refuses. Every style element our own scripts create gets it here.
 */
export function giveNonceToStyles() {
  if (!nonce) return
  const create = document.createElement.bind(document)
  document.createElement = ((tag: string, options?: ElementCreationOptions) => {
    const element = create(tag, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }) as typeof document.createElement
}
