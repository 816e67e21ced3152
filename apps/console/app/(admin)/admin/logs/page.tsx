// Everybody's requests.
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { LogRoom } from '@/features/logs/log-room';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireAdmin } from '@/lib/session';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('nav');
  return { title: t('allLogs') };
}

export default async function AllLogsPage() {
  await requireAdmin('/admin/logs');
  return (
    <Prefetch reads={[read(listRequestLogs, { query: { scope: 'all' } })]}>
      <LogRoom scope="all" />
    </Prefetch>
  );
}
