// Waits for the first request and says how it went: what worked, or what is wrong and what to do about it.
'use client';
import { listRequestLogs, type RequestLogRow } from '@api-proxy/contracts/request-logs';
import { CircleCheck, CircleX } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Count, Duration } from '@/components/ui/value';
import { Cost, inputTokens } from '@/features/logs/log-columns';
import { useRead } from '@/lib/query';

const POLL_MS = 2_000;

/** Looks every two seconds until a request has succeeded. */
export function LiveCheck() {
  const t = useTranslations('firstCall');
  const first = useRead(listRequestLogs, { query: { limit: 1 } }, { refetchInterval: POLL_MS });
  const row = first.data?.items[0];
  if (!row) {
    return (
      <div
        role="status"
        className="flex items-center gap-3 rounded-lg border border-line border-dashed px-4 py-3 text-muted"
      >
        <span className="relative flex size-2.5" aria-hidden>
          <span className="absolute inset-0 animate-ping rounded-full bg-accent opacity-60" />
          <span className="relative size-2.5 rounded-full bg-accent" />
        </span>
        {t('waiting')}
      </div>
    );
  }
  return row.outcome === 'ok' ? <Success row={row} /> : <Failure row={row} />;
}

function Success({ row }: { row: RequestLogRow }) {
  const t = useTranslations('firstCall');
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-ok-soft px-4 py-3 text-ok"
      data-testid="first-call-ok"
    >
      <CircleCheck className="size-5 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t('done', { model: row.modelAsked })}</p>
        <p className="num mt-0.5 flex flex-wrap gap-x-3 text-xs">
          <span>
            <Count value={inputTokens(row)} /> → <Count value={row.usage.output} /> {t('tokens')}
          </span>
          <Duration ms={row.durationMs} />
          <Cost row={row} />
        </p>
      </div>
      <Button asChild size="sm">
        <Link href={`/logs?detail=${row.requestId}`}>{t('look')}</Link>
      </Button>
    </div>
  );
}

function Failure({ row }: { row: RequestLogRow }) {
  const t = useTranslations('firstCall');
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-bad-soft px-4 py-3 text-bad"
    >
      <CircleX className="size-5 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t('failed', { status: row.status })}</p>
        <p className="mt-0.5 text-xs">{t(`advice.${adviceFor(row)}`)}</p>
      </div>
      <Button asChild size="sm">
        <Link href={`/logs?detail=${row.requestId}`}>{t('look')}</Link>
      </Button>
    </div>
  );
}

function adviceFor({ status, outcome }: RequestLogRow) {
  if (status === 402) return 'balance';
  if (status === 403) return 'notAllowed';
  if (status === 404) return 'unknownModel';
  if (status === 429) return 'limit';
  if (status === 503) return 'noChannel';
  if (outcome === 'client_error') return 'badRequest';
  return 'upstream';
}
