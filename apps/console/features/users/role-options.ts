// The roles that the viewer may give: only a super admin makes another.
'use client';
import type { Role } from '@api-proxy/contracts/enums';
import { useTranslations } from 'next-intl';
import { useMe } from '@/components/shell/viewer';

const ROLES: readonly Role[] = ['user', 'admin', 'super_admin'];

export function useRoleOptions() {
  const t = useTranslations('users.roles');
  const me = useMe();
  return ROLES.map((value) => ({
    value,
    label: t(value),
    disabled: value === 'super_admin' && me.role !== 'super_admin',
  }));
}
