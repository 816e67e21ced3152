// The user table with search, filters, and everything an administrator does for a user.
'use client';
import { listUsers, type User } from '@api-proxy/contracts/users';
import { SearchX, UserPlus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { SearchBox } from '@/components/table/search-box';
import { useKeyset } from '@/components/table/use-keyset';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Select } from '@/components/ui/select';
import { useUserColumns } from '@/features/users/use-user-columns';
import { type OpenedUser, UserDialogs } from '@/features/users/user-dialogs';
import { UserSheet } from '@/features/users/user-sheet';
import { useRead } from '@/lib/query';
import { ROLES, STATUSES, userFilters, userQuery } from './search-params';

const ANY = 'any';

export function UsersClient() {
  const t = useTranslations('users');
  const [filters, setFilters] = useQueryStates(userFilters);
  const keyset = useKeyset();
  const users = useRead(
    listUsers,
    { query: userQuery({ ...filters, cursor: keyset.cursor }) },
    { keepPrevious: true },
  );
  const [opened, setOpened] = useState<OpenedUser | null>(null);
  const columns = useUserColumns(setOpened);
  const filter = useCallback(
    (next: Parameters<typeof setFilters>[0]) => {
      keyset.reset();
      void setFilters(next);
    },
    [keyset, setFilters],
  );
  const rows = users.data?.items;
  const open = (user: User) => setFilters({ user: user.id }, { history: 'push' });
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <Button variant="primary" onClick={() => setOpened({ act: 'create' })}>
            <UserPlus /> {t('add')}
          </Button>
        }
      />
      <DataTable
        name="users"
        caption={t('title')}
        columns={columns}
        rows={rows}
        query={users}
        rowId={(user) => user.id}
        onOpen={open}
        filters={
          <>
            <SearchBox
              value={filters.search}
              onChange={(search) => filter({ search: search || null })}
              label={t('search')}
            />
            <Select
              className="w-36"
              aria-label={t('columns.role')}
              value={filters.role ?? ANY}
              onChange={(value) => filter({ role: ROLES.find((one) => one === value) ?? null })}
              options={[
                { value: ANY, label: t('anyRole') },
                ...ROLES.map((value) => ({ value, label: t(`roles.${value}`) })),
              ]}
            />
            <Select
              className="w-32"
              aria-label={t('columns.status')}
              value={filters.status ?? ANY}
              onChange={(value) => filter({ status: STATUSES.find((one) => one === value) ?? null })}
              options={[
                { value: ANY, label: t('anyStatus') },
                ...STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })),
              ]}
            />
          </>
        }
        empty={
          <EmptyState
            icon={SearchX}
            title={t('noMatch')}
            action={
              <Button onClick={() => filter({ search: null, role: null, status: null })}>
                {t('clearFilters')}
              </Button>
            }
          />
        }
        footer={<Pager keyset={keyset} nextCursor={users.data?.nextCursor} count={rows?.length ?? 0} />}
      />
      {filters.user !== null && (
        <UserSheet
          userId={filters.user}
          onAct={setOpened}
          onClose={() => setFilters({ user: null }, { history: 'replace' })}
        />
      )}
      <UserDialogs
        opened={opened}
        onClose={() => setOpened(null)}
        onDeleted={() => setFilters({ user: null }, { history: 'replace' })}
      />
    </>
  );
}
