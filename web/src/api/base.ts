/** Where this business begins on its server: nothing for the first, `/w/<name>` for others. The server writes it into the page. */
const told = typeof document === 'undefined' ? '' : (document.querySelector('meta[name="zhiyin-base"]')?.getAttribute('content') ?? '')
export const BASE = told.startsWith('/w/') ? told : ''

/** A path of the app as the browser's address bar has it. */
export const at = (path: string) => `${BASE}${path}`

/** A key of the browser's storage that is this business's own: browsers keep one for the whole server. */
export const own = (key: string) => `${key}${BASE}`
