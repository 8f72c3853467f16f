import { useBlocker } from '@tanstack/react-router'
import { useT } from '@/i18n'

/** Asks before edits are lost by leaving the page, by link, back button or closing the tab. */
export function useUnsaved(dirty: () => boolean) {
  const { t } = useT()
  useBlocker({
    // filters and panels of the same page live in its address: they take nothing away
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && dirty() && !window.confirm(t('common.leave_unsaved')),
    enableBeforeUnload: dirty,
  })
}
