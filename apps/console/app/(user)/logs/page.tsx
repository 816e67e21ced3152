// One's own requests.
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { LogRoom } from '@/features/logs/log-room';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireUser } from '@/lib/session';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('nav');
  return { title: t('logs') };
}

export default async function LogsPage() {
  await requireUser('/logs');
  return (
    <Prefetch reads={[read(listRequestLogs, { query: {} })]}>
      <LogRoom scope="own" />
    </Prefetch>
  );
}
