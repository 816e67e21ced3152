// The columns of the user table.
'use client';
import type { User } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { Count, When } from '@/components/ui/value';
import { BalanceCell, LimitsCell, PersonCell, RoleBadge, StatusCell } from './user-cells';
import type { OpenedUser } from './user-dialogs';
import { UserMenu } from './user-menu';

export function useUserColumns(open: (opened: OpenedUser) => void) {
  const t = useTranslations('users');
  return useMemo(
    () =>
      columnsOf<User>([
        {
          id: 'name',
          label: t('columns.name'),
          pinned: true,
          card: 'title',
          cell: (user) => <PersonCell user={user} />,
        },
        { id: 'role', label: t('columns.role'), cell: ({ role }) => <RoleBadge role={role} /> },
        { id: 'status', label: t('columns.status'), cell: ({ status }) => <StatusCell status={status} /> },
        {
          id: 'balance',
          label: t('columns.balance'),
          align: 'right',
          cell: ({ balance }) => <BalanceCell balance={balance} />,
        },
        { id: 'limits', label: t('columns.limits'), cell: ({ limits }) => <LimitsCell limits={limits} /> },
        {
          id: 'multiplier',
          label: t('columns.multiplier'),
          align: 'right',
          cell: ({ multiplier }) => <span className="num">×{multiplier}</span>,
        },
        {
          id: 'keys',
          label: t('columns.keys'),
          align: 'right',
          cell: ({ keyCount }) => <Count value={keyCount} />,
        },
        {
          id: 'lastSeen',
          label: t('columns.lastSeen'),
          cell: ({ lastSeenAt }) => <When at={lastSeenAt} />,
        },
        {
          id: 'created',
          label: t('columns.created'),
          hidden: true,
          cell: ({ createdAt }) => <When at={createdAt} />,
        },
        {
          id: 'note',
          label: t('columns.note'),
          hidden: true,
          cell: ({ note }) => (
            <span className="block max-w-48 truncate text-muted" title={note}>
              {note}
            </span>
          ),
        },
        {
          id: 'actions',
          label: '',
          pinned: true,
          card: 'title',
          align: 'right',
          cell: (user) => <UserMenu user={user} onAct={open} />,
        },
      ]),
    [t, open],
  );
}
