// The columns of the request log.
'use client';
import type { RequestLogRow } from '@api-proxy/contracts/request-logs';
import { Waves } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { columnsOf } from '@/components/table/columns';
import { Badge } from '@/components/ui/badge';
import { Tooltip } from '@/components/ui/tooltip';
import { Duration, Money, Nothing, Tokens, When } from '@/components/ui/value';
import { OutcomeState } from './outcome-badge';

/** All tokens that went in: fresh, read from the cache, and written to it. */
export function inputTokens({ usage }: Pick<RequestLogRow, 'usage'>): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/** An admin also sees user and channel. */
export function useLogColumns(scope: 'own' | 'all') {
  const t = useTranslations('logs');
  return useMemo(() => {
    const hide = scope === 'own';
    const all = columnsOf<RequestLogRow>([
      {
        id: 'time',
        label: t('time'),
        pinned: true,
        cell: (row) => <When at={row.startedAt} dense className="text-muted" />,
      },
      { id: 'model', label: t('model'), pinned: true, card: 'title', cell: (row) => <ModelCell row={row} /> },
      {
        id: 'status',
        label: t('status'),
        card: 'title',
        cell: (row) => <OutcomeState outcome={row.outcome} status={row.status} />,
      },
      { id: 'user', label: t('user'), cell: (row) => row.userName },
      {
        id: 'key',
        label: t('key'),
        hidden: scope === 'all',
        cell: (row) => <span className="text-muted">{row.keyName}</span>,
      },
      { id: 'channel', label: t('channel'), cell: (row) => <ChannelCell name={row.channelName} /> },
      { id: 'input', label: t('input'), align: 'right', cell: (row) => <Tokens count={inputTokens(row)} /> },
      {
        id: 'output',
        label: t('output'),
        align: 'right',
        cell: (row) => <Tokens count={row.usage.output} />,
      },
      { id: 'cost', label: t('cost'), align: 'right', cell: (row) => <Cost row={row} /> },
      {
        id: 'firstByte',
        label: t('firstByte'),
        align: 'right',
        cell: (row) => <Duration ms={row.firstByteMs} className="text-muted" />,
      },
      {
        id: 'duration',
        label: t('duration'),
        align: 'right',
        cell: (row) => <Duration ms={row.durationMs} className="text-muted" />,
      },
      {
        id: 'requestId',
        label: t('requestId'),
        hidden: true,
        card: 'none',
        cell: (row) => <code className="font-mono text-muted text-xs">{row.requestId}</code>,
      },
    ]);
    return hide ? all.filter((column) => column.id !== 'user' && column.id !== 'channel') : all;
  }, [t, scope]);
}

/** On one line: a long name is cut, and whole on hover. */
function ChannelCell({ name }: { name: string | null }) {
  if (name === null) return <Nothing />;
  return (
    <span className="block truncate md:max-w-24" title={name}>
      {name}
    </span>
  );
}

function ModelCell({ row }: { row: RequestLogRow }) {
  const t = useTranslations('logs');
  return (
    <span className="inline-flex max-w-full items-center md:max-w-52 gap-1.5">
      <span className="truncate font-medium text-ink">{row.modelAsked}</span>
      {row.stream && (
        <Tooltip content={t('streamed')}>
          <Waves className="size-3.5 shrink-0 text-faint" aria-label={t('streamed')} />
        </Tooltip>
      )}
    </span>
  );
}

/** What it cost, or that there is no price. */
export function Cost({ row }: { row: Pick<RequestLogRow, 'priced' | 'costUsd'> }) {
  const t = useTranslations('logs');
  return row.priced ? <Money usd={row.costUsd} /> : <Badge tone="warn">{t('unpriced')}</Badge>;
}
