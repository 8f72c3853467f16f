import { isProblem } from '@/api/problem'
import { useT } from '@/i18n'

/** The server's word on each field of a form, by its name. */
export function useFieldErrors(error: unknown) {
  const { t } = useT()
  const fields = isProblem(error) ? error.fields : {}
  return (name: string) => fields[name] && <span className="field-error" role="alert">{t(`errors.${fields[name].replaceAll('.', '_')}`)}</span>
}
