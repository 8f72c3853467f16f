/** Colours of the figures, by theme (`tokens.css` has the same). */
export const chartColors = (dark: boolean) => ({
  text: dark ? '#e6e6e6' : '#1a1f28',
  soft: dark ? '#9aa4b2' : '#5f6774',
  line: dark ? '#303030' : '#e3e6ea',
  surface: dark ? '#1f1f1f' : '#ffffff',
  primary: dark ? '#5b9bdd' : '#1d4ed8',
  fill: dark ? 'rgba(91,155,221,.16)' : 'rgba(29,78,216,.08)',
  font: 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
})

/** Okabe–Ito, and five more where there are many: fills only, always with a label beside them. */
const categories = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#999999', '#7B61C4', '#8a5a44', '#44AA99', '#AA4499', '#A3A500']

/** Stages keep their colour everywhere; anything else takes the next of the row. Who was no customer yet is no stage: the palest of all, with an edge. */
const stages: Record<string, string> = {
  'not.yet': '#d3d8df', prospect: '#7d8591', new: '#56B4E9', active: '#0072B2', at_risk: '#E69F00', dormant: '#D55E00', lost: '#8a5a44', reactivated: '#009E73',
}
/** The colour of each of these classes: no two the same while there are enough. */
export function classColors(keys: string[]): (key: string) => string {
  const free = categories.filter((c) => !keys.some((k) => stages[k] === c))
  const rest = keys.filter((k) => !stages[k])
  return (key) => stages[key] ?? free[rest.indexOf(key) % free.length] ?? '#999999'
}

export const tooltip = (dark: boolean) => {
  const c = chartColors(dark)
  return { renderMode: 'richText' as const, backgroundColor: c.surface, borderColor: c.line, borderWidth: 1, textStyle: { color: c.text, fontSize: 12, fontFamily: c.font }, confine: true }
}
