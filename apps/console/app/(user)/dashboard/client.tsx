// What one looks at first: balance, usage, the latest requests; for a newcomer, the way to the first call.
'use client';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { getUsageSummary } from '@api-proxy/contracts/usage';
import { ScrollText } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useMe } from '@/components/shell/viewer';
import { DataTable } from '@/components/table/data-table';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Breakdown } from '@/features/dashboard/breakdown';
import { FirstSteps } from '@/features/dashboard/first-steps';
import { Stats } from '@/features/dashboard/stats';
import { TrendCard } from '@/features/dashboard/trend-card';
import { useLogColumns } from '@/features/logs/log-columns';
import { useRead } from '@/lib/query';

const REFRESH_MS = 15_000;

export function DashboardClient() {
  const t = useTranslations('dashboard');
  const me = useMe();
  const usage = useRead(getUsageSummary, undefined, { refetchInterval: REFRESH_MS });
  const newcomer = usage.data?.thirtyDays.requests === 0;
  const loading = usage.isPending;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 [&>header]:mb-1">
      <PageHeader title={t('hello', { name: me.name })} description={t('description')} />
      <Stats me={me} usage={usage.data} loading={loading} />
      {newcomer && <FirstSteps />}
      {!newcomer && (
        <>
          <TrendCard
            usage={usage.data}
            loading={loading}
            error={usage.data ? null : usage.error}
            onRetry={() => void usage.refetch()}
          />
          <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
            <Breakdown
              title={t('byModel')}
              loading={loading}
              parts={(usage.data?.byModel ?? []).map((part) => ({ ...part, name: part.model }))}
            />
            <Breakdown
              title={t('byKey')}
              loading={loading}
              parts={(usage.data?.byKey ?? []).map((part) => ({ ...part, name: part.keyName }))}
            />
          </div>
          <Recent />
        </>
      )}
    </div>
  );
}

function Recent() {
  const t = useTranslations('dashboard');
  const router = useRouter();
  const columns = useLogColumns('own');
  const recent = useRead(listRequestLogs, { query: { limit: 8 } }, { refetchInterval: REFRESH_MS });
  return (
    <DataTable
      name="recent"
      caption={t('recent')}
      columns={columns}
      rows={recent.data?.items}
      query={{ ...recent, isFetching: false }}
      rowId={(row) => row.requestId}
      onOpen={(row) => router.push(`/logs?detail=${row.requestId}`)}
      filters={
        <>
          <h2 className="font-medium text-base">{t('recent')}</h2>
          <Button asChild variant="link">
            <Link href="/logs">{t('allLogs')}</Link>
          </Button>
        </>
      }
      empty={
        <EmptyState icon={ScrollText} title={t('quiet')} description={t('quietText')} className="py-8" />
      }
    />
  );
}
