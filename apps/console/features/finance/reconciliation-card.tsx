// Whether the books agree: the last comparison, loud when they don't, those before it, and a new one on demand.
'use client';
import { listReconciliations, type Reconciliation, runReconciliation } from '@api-proxy/contracts/finance';
import { Scale } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { Notice } from '@/components/ui/notice';
import { Count, Duration, Money, When } from '@/components/ui/value';
import { exactMoney } from '@/lib/money';
import { useRead, useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import { BookDifferences } from './book-differences';

export function ReconciliationCard() {
  const t = useTranslations('finance.books');
  const errorText = useErrorText();
  const { data, error, isPending, refetch } = useRead(listReconciliations);
  const run = useWrite(runReconciliation, ['finance']);
  const compare = () =>
    run.mutate(undefined, {
      onError: (failure) => toast.error(errorText(failure)),
      onSuccess: ({ differenceCount: count }) =>
        count === 0 ? toast.success(t('done')) : toast.error(t('doneBad', { count })),
    });
  const [last, ...earlier] = data?.items ?? [];
  return (
    <Card>
      <CardHeader
        title={t('title')}
        description={t('text', { zone: data?.timeZone ?? 'UTC' })}
        actions={
          <Button onClick={compare} busy={run.isPending}>
            <Scale /> {t('run')}
          </Button>
        }
      />
      <CardBody className="grid gap-4">
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {isPending && <div className="skeleton h-24" />}
        {data && !last && (
          <EmptyState icon={Scale} title={t('never')} description={t('neverText')} className="py-6" />
        )}
        {last && <Last run={last} />}
        {earlier.length > 0 && <History runs={earlier} />}
      </CardBody>
    </Card>
  );
}

function Last({ run }: { run: Reconciliation }) {
  const t = useTranslations('finance.books');
  const tookMs = new Date(run.finishedAt).getTime() - new Date(run.startedAt).getTime();
  const facts = [
    [t('when'), <When key="when" at={run.finishedAt} />],
    [t('by'), run.trigger === 'nightly' ? t('nightly') : run.actorName],
    [t('users'), <Count key="users" value={run.users} />],
    [t('charged'), <Money key="charged" usd={run.chargedUsd} short />],
    [t('took'), <Duration key="took" ms={tookMs} />],
  ] as const;
  const amount = exactMoney(run.differenceUsd);
  return (
    <>
      {run.differenceCount === 0 ? (
        <Notice tone="ok">
          <span className="font-medium">{t('agree')}</span>
        </Notice>
      ) : (
        <Notice tone="bad">
          <p className="font-semibold">{t('disagree', { amount, count: run.differenceCount })}</p>
          <p className="mt-0.5">{t('disagreeText')}</p>
        </Notice>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-5">
        {facts.map(([label, value]) => (
          <div key={label} className="min-w-0">
            <dt className="text-faint text-xs">{label}</dt>
            <dd className="mt-0.5 truncate text-ink">{value}</dd>
          </div>
        ))}
      </dl>
      {run.differences.length > 0 && (
        <BookDifferences differences={run.differences} more={run.differenceCount - run.differences.length} />
      )}
    </>
  );
}

function History({ runs }: { runs: readonly Reconciliation[] }) {
  const t = useTranslations('finance.books');
  return (
    <details className="group">
      <summary className="cursor-pointer text-muted text-sm hover:text-ink">{t('history')}</summary>
      <ul className="mt-2 divide-y divide-line">
        {runs.map((run) => (
          <li key={run.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
            <span className="flex items-center gap-3 text-muted">
              <When at={run.finishedAt} dense />
              {run.trigger === 'nightly' ? t('nightly') : run.actorName}
            </span>
            <Money
              usd={run.differenceUsd}
              className={run.differenceCount === 0 ? 'text-ok' : 'font-medium text-bad'}
            />
          </li>
        ))}
      </ul>
    </details>
  );
}
