// The request log: one's own for everybody, everybody's for an admin.
'use client';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { ScrollText } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { parseAsString, useQueryState } from 'nuqs';
import { DataTable } from '@/components/table/data-table';
import { Pager } from '@/components/table/pager';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { useRead } from '@/lib/query';
import { useLogColumns } from './log-columns';
import { LogDetail } from './log-detail';
import { LogFilters } from './log-filters';
import { useLogQuery } from './use-log-query';

const REFRESH_MS = 10_000;

/** The first page refreshes itself; an open request is part of the URL, so that it can be shared. */
export function LogRoom({ scope }: { scope: 'own' | 'all' }) {
  const t = useTranslations('logs');
  const state = useLogQuery(scope);
  const columns = useLogColumns(scope);
  const [shown, setShown] = useQueryState('detail', parseAsString);
  const list = useRead(
    listRequestLogs,
    { query: state.query },
    { keepPrevious: true, refetchInterval: state.keyset.cursor === null ? REFRESH_MS : false },
  );
  return (
    <>
      <PageHeader title={scope === 'all' ? t('titleAll') : t('title')} description={t('description')} />
      <DataTable
        name={`logs-${scope}`}
        caption={t('title')}
        columns={columns}
        rows={list.data?.items}
        query={{ ...list, isFetching: list.isPlaceholderData }}
        rowId={(row) => row.requestId}
        onOpen={(row) => void setShown(row.requestId)}
        filters={<LogFilters state={state} busy={list.isFetching} onRefresh={() => void list.refetch()} />}
        empty={
          state.filtered ? (
            <EmptyState icon={ScrollText} title={t('noMatch')} description={t('noMatchText')} />
          ) : (
            <EmptyState
              icon={ScrollText}
              title={t('empty')}
              description={t('emptyText')}
              action={
                <Button asChild>
                  <Link href="/dashboard">{t('emptyAction')}</Link>
                </Button>
              }
            />
          )
        }
        footer={
          <Pager
            keyset={state.keyset}
            nextCursor={list.data?.nextCursor}
            count={list.data?.items.length ?? 0}
          />
        }
      />
      {shown && <LogDetail requestId={shown} onClose={() => void setShown(null)} />}
    </>
  );
}
