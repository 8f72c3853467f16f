import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { API } from '@/api/client'
import { blankDashboard, dashboards, postDashboard } from '@/api/dashboards'
import { setLang, useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { orderOf, useExport } from '@/parts/jobs/exports'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useAt } from '@/parts/useAt'
import { setTheme, useTheme } from '@/theme/useTheme'
import { useNew } from './places'

/** `letter`: behind `C`, the same as behind `G` for the page it is made on. */
export interface Action { key: string; text: string; letter?: string; go: () => void }

/** What the reader may make, and what else can be done from anywhere. */
export function useActions(): { make: Action[]; others: Action[] } {
  const { t, lang } = useT()
  const navigate = useNavigate()
  const may = useMay()
  const at = useAt()
  const theme = useTheme()
  const queries = useQueryClient()
  const problem = useProblemText()
  const { start } = useExport()
  const entries = useNew()
  return useMemo(() => {
    const board = async () => {
      try {
        const name = t('dashboards.blank')
        const made = await postDashboard(blankDashboard({ zh: name, en: name }))
        void queries.invalidateQueries({ queryKey: dashboards.queryKey })
        await navigate({ to: '/dashboards/$id', params: { id: made.id }, search: { edit: 'on' } as never })
      } catch (e) {
        toast.bad(problem(e))
      }
    }
    const define = may('definitions:write')
    const other = lang === 'en' ? 'zh-CN' : 'en'
    return {
      make: [
        ...entries.filter((n) => n.key.startsWith('entry.')).map((n) => ({ key: n.key, text: t(n.key), letter: n.letter, go: n.go })),
        ...(define ? [
          { key: 'new-segment', text: t('segments.new'), letter: 'S', go: () => void navigate({ to: '/segments/new' }) },
          { key: 'new-classification', text: t('classification.new'), letter: 'O', go: () => void navigate({ to: '/classification/new' }) },
          { key: 'new-feature', text: t('shell.new_feature'), letter: 'F', go: () => void navigate({ to: '/features', search: { open: 'new', q: undefined } }) },
          { key: 'new-dashboard', text: t('dashboards.new'), letter: 'D', go: () => void board() },
          { key: 'new-object', text: t('records.new_object'), letter: 'R', go: () => void navigate({ to: '/objects', search: { open: 'new' } }) },
        ] : []),
        ...(may('imports:write') ? [{ key: 'import', text: t('shell.import_file'), letter: 'I', go: () => void navigate({ to: '/imports' }) }] : []),
        ...(may('members:manage') ? [{ key: 'invite', text: t('members.invite'), letter: 'M', go: () => void navigate({ to: '/settings/users', search: { open: 'invite' } }) }] : []),
      ],
      others: [
        ...(may('export:take') ? [
          { key: 'export', text: t('shell.export_all'), go: () => void start(orderOf({ ...at }, 'xlsx', lang)) },
          { key: 'definitions', text: t('shell.export_definitions'), go: () => window.location.assign(`${API}/definitions/export`) },
        ] : []),
        ...(may('settings:write') && may('personal:read') ? [{ key: 'everything', text: t('everything.title'), go: () => void navigate({ to: '/settings' }) }] : []),
        { key: 'language', text: t(other === 'en' ? 'shell.to_english' : 'shell.to_chinese'), go: () => void setLang(other) },
        { key: 'theme', text: t(theme === 'dark' ? 'shell.to_light' : 'shell.to_dark'), go: () => setTheme(theme === 'dark' ? 'light' : 'dark') },
      ],
    }
  }, [t, lang, navigate, may, at.as_of, at.known, theme, queries, problem, start, entries])
}
