// The room of the users.
import { listUsers } from '@api-proxy/contracts/users';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { SearchParams } from 'nuqs/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';
import { UsersClient } from './client';
import { loadUserPage, userQuery } from './search-params';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('users'))('title') };
}

export default async function UsersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requireAdmin('/admin/users');
  const query = userQuery(await loadUserPage(searchParams));
  return (
    <Prefetch reads={[read(listUsers, { query })]}>
      <UsersClient />
    </Prefetch>
  );
}
