import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Permission, Role } from '@/api/types'
import { session } from '@/api/queries'
import { useT } from '@/i18n'

/** May the reader do this? What they may not is not offered. */
export function useMay(): (permission: Permission) => boolean {
  const { data } = useQuery(session)
  const mine = data?.user?.permissions
  return useCallback((permission) => mine?.includes(permission) ?? false, [mine])
}

/** Roles and permissions in the reader's words. */
export function useAccessWords() {
  const { t, lang } = useT()
  return useMemo(() => {
    const may = (p: Permission) => t(`access.may_${p.replace(':', '_')}`)
    return { role: (r: Role) => t(`access.role_${r}`), may, all: (some: Permission[]) => some.map(may).join(t('access.between')), names: (some: string[]) => new Intl.ListFormat(lang, { type: 'disjunction' }).format(some) }
  }, [t, lang])
}
