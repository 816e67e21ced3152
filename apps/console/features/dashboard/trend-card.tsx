// Cost, tokens or requests over a day or a month.
'use client';
import type { UsageSummary } from '@api-proxy/contracts/usage';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Point, Series } from '@/components/chart/bars';
import { ChartCard } from '@/components/chart/chart-card';
import { Bars } from '@/components/chart/lazy';
import { Segmented } from '@/components/ui/toggle';
import { Count, Money, Tokens } from '@/components/ui/value';
import { shortMoney } from '@/lib/money';
import { shortCount } from '@/lib/number';

type Metric = 'cost' | 'tokens' | 'requests';
type Range = 'day' | 'month';
type Bucket = UsageSummary['byHour'][number];

const inputOf = (sums: Bucket) => sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens;

function valuesOf(metric: Metric, sums: Bucket): Record<string, number> {
  switch (metric) {
    case 'cost':
      // A picture needs no nano-dollar: the table beside it has the exact amounts.
      return { cost: Number(sums.costUsd) };
    case 'tokens':
      return { input: inputOf(sums), output: sums.outputTokens };
    case 'requests':
      return { ok: sums.requests - sums.errors, errors: sums.errors };
  }
}

/** Reads the roll-ups it is given. */
export function TrendCard({
  usage,
  loading,
  error,
  onRetry,
}: {
  usage: UsageSummary | undefined;
  loading: boolean;
  error: unknown;
  onRetry: () => void;
}) {
  const t = useTranslations('dashboard');
  const locale = useLocale();
  const [metric, setMetric] = useState<Metric>('cost');
  const [range, setRange] = useState<Range>('day');
  const buckets = (range === 'day' ? usage?.byHour : usage?.byDay) ?? [];
  const label = new Intl.DateTimeFormat(
    locale,
    range === 'day'
      ? { hour: '2-digit', minute: '2-digit', hour12: false }
      : { month: 'numeric', day: 'numeric', timeZone: 'UTC' },
  );
  const points: Point[] = buckets.map((bucket) => ({
    label: label.format(new Date(bucket.bucket)),
    values: valuesOf(metric, bucket),
  }));
  const series = useSeries(metric);
  const rows = buckets.map((bucket) => ({
    key: bucket.bucket,
    cells: [
      label.format(new Date(bucket.bucket)),
      <Count key="r" value={bucket.requests} />,
      <Tokens key="i" count={inputOf(bucket)} />,
      <Tokens key="o" count={bucket.outputTokens} />,
      <Money key="c" usd={bucket.costUsd} />,
    ],
  }));
  return (
    <ChartCard
      title={t('trend')}
      loading={loading}
      error={error}
      onRetry={onRetry}
      empty={buckets.every((bucket) => bucket.requests === 0)}
      table={{ columns: [t('when'), t('requests'), t('input'), t('output'), t('cost')], rows }}
      actions={<Choices metric={metric} onMetric={setMetric} range={range} onRange={setRange} />}
    >
      <Bars
        points={points}
        series={series}
        format={metric === 'cost' ? (value) => shortMoney(value.toFixed(9)) : shortCount}
      />
    </ChartCard>
  );
}

function useSeries(metric: Metric): Series[] {
  const t = useTranslations('dashboard');
  switch (metric) {
    case 'cost':
      return [{ key: 'cost', label: t('cost'), color: 'var(--chart-1)' }];
    case 'tokens':
      return [
        { key: 'input', label: t('input'), color: 'var(--chart-1)' },
        { key: 'output', label: t('output'), color: 'var(--chart-2)' },
      ];
    case 'requests':
      return [
        { key: 'ok', label: t('succeeded'), color: 'var(--chart-1)' },
        { key: 'errors', label: t('failed'), color: 'var(--bad-fill)' },
      ];
  }
}

type ChoicesProps = {
  metric: Metric;
  onMetric: (metric: Metric) => void;
  range: Range;
  onRange: (range: Range) => void;
};

function Choices({ metric, onMetric, range, onRange }: ChoicesProps) {
  const t = useTranslations('dashboard');
  return (
    <>
      <Segmented<Metric>
        label={t('metric')}
        value={metric}
        onChange={onMetric}
        options={[
          { value: 'cost', label: t('cost') },
          { value: 'tokens', label: t('tokens') },
          { value: 'requests', label: t('requests') },
        ]}
      />
      <Segmented<Range>
        label={t('range')}
        value={range}
        onChange={onRange}
        options={[
          { value: 'day', label: t('range24h') },
          { value: 'month', label: t('range30d') },
        ]}
      />
    </>
  );
}
