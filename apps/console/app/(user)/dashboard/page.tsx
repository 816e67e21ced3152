// One's own overview.
import { listKeys } from '@api-proxy/contracts/keys';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { getUsageSummary, listAvailableModels } from '@api-proxy/contracts/usage';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Prefetch } from '@/lib/prefetch';
import { read } from '@/lib/server-api';
import { requireUser } from '@/lib/session';
import { DashboardClient } from './client';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('nav');
  return { title: t('dashboard') };
}

export default async function DashboardPage() {
  await requireUser('/dashboard');
  const reads = [
    read(getUsageSummary),
    read(listRequestLogs, { query: { limit: 8 } }),
    read(listKeys, { query: {} }),
    read(listAvailableModels),
  ];
  return (
    <Prefetch reads={reads}>
      <DashboardClient />
    </Prefetch>
  );
}
