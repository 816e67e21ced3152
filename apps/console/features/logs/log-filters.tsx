// The filters of the request log, kept in the URL.
'use client';
import { outcome } from '@api-proxy/contracts/enums';
import { RotateCw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { SearchBox } from '@/components/table/search-box';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { Segmented } from '@/components/ui/toggle';
import { type LogRange, logRanges, type useLogQuery } from './use-log-query';

const ANY = 'any';

/** `busy` turns the refresh button. */
export function LogFilters({
  state,
  busy,
  onRefresh,
}: {
  state: ReturnType<typeof useLogQuery>;
  busy: boolean;
  onRefresh: () => void;
}) {
  const t = useTranslations('logs');
  const { filters, change } = state;
  const outcomes = [
    { value: ANY, label: t('anyOutcome') },
    ...outcome.options.map((value) => ({ value, label: t(`outcome.${value}`) })),
  ];
  return (
    <>
      <Segmented<LogRange>
        label={t('range')}
        value={filters.range}
        onChange={(range) => change({ range })}
        options={logRanges.map((value) => ({ value, label: t(`ranges.${value}`) }))}
      />
      <SearchBox
        className="sm:w-48"
        label={t('filterModel')}
        value={filters.model}
        onChange={(model) => change({ model: model || null })}
      />
      <Select
        className="w-36"
        aria-label={t('status')}
        value={filters.outcome ?? ANY}
        options={outcomes}
        onChange={(value) => change({ outcome: outcome.options.find((one) => one === value) ?? null })}
      />
      <SearchBox
        className="sm:w-52"
        label={t('requestId')}
        value={filters.request}
        onChange={(request) => change({ request: request.trim() || null })}
      />
      <Button variant="ghost" size="icon" onClick={onRefresh} aria-label={t('refresh')} title={t('refresh')}>
        <RotateCw className={busy ? 'animate-spin' : ''} />
      </Button>
    </>
  );
}
