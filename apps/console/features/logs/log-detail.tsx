// One request in full: what happened, each attempt, and how the cost adds up.
'use client';
import { getRequestLog, type RequestLogDetail } from '@api-proxy/contracts/request-logs';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { useMe } from '@/components/shell/viewer';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/empty-state';
import { Notice } from '@/components/ui/notice';
import { Duration, Money, Nothing, Tokens, When } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { useRead } from '@/lib/query';
import { CostLines } from './cost-lines';
import { Cost, inputTokens } from './log-columns';
import { OutcomeState } from './outcome-badge';
import { RefundDialog } from './refund-dialog';

/** A sheet from the right, open as long as it is mounted. */
export function LogDetail({ requestId, onClose }: { requestId: string; onClose: () => void }) {
  const t = useTranslations('logs');
  const detail = useRead(getRequestLog, { params: { requestId } });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <SheetContent
        title={detail.data?.modelAsked ?? t('detail')}
        description={
          <span className="inline-flex max-w-full items-center gap-1 font-mono text-xs">
            <span className="truncate">{requestId}</span>
            <CopyButton text={requestId} />
          </span>
        }
      >
        {detail.data ? (
          <Body row={detail.data} />
        ) : detail.error ? (
          <ErrorState error={detail.error} onRetry={() => detail.refetch()} />
        ) : (
          <Loading />
        )}
      </SheetContent>
    </Dialog>
  );
}

function Loading() {
  return (
    <div className="grid gap-3" aria-busy>
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <div key={key} className="skeleton h-5" />
      ))}
    </div>
  );
}

function Body({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {(row.errorText ?? row.errorCode) && (
        <Notice tone={row.outcome === 'denied' || row.outcome === 'client_error' ? 'warn' : 'bad'}>
          {row.errorCode && <code className="mr-2 font-mono font-medium text-xs">{row.errorCode}</code>}
          <span className="break-words">{row.errorText}</span>
        </Notice>
      )}
      <Facts row={row} />
      <Section title={t('costTitle')}>
        <CostLines row={row} />
        <Refund row={row} />
      </Section>
      {row.attempts.length > 0 && (
        <Section title={t('attempts')}>
          <Attempts row={row} />
        </Section>
      )}
      {row.decision.length > 0 && (
        <Section title={t('decision')}>
          <Decision row={row} />
        </Section>
      )}
    </div>
  );
}

/** That it was given back; for an admin, the way to do so. */
function Refund({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs.refund');
  const me = useMe();
  const [asking, setAsking] = useState(false);
  if (row.refund) {
    return (
      <p className="mt-2 rounded-md border border-line px-3 py-2 text-muted">
        {t('given')} <Money usd={row.refund.amountUsd} /> · <When at={row.refund.createdAt} /> ·{' '}
        <span className="break-words">{row.refund.note}</span>
      </p>
    );
  }
  if (me.role === 'user' || signOfMoney(row.paidUsd) <= 0) return null;
  return (
    <div className="mt-2 flex justify-end">
      <Button onClick={() => setAsking(true)}>{t('title')}</Button>
      {asking && <RefundDialog row={row} onClose={() => setAsking(false)} />}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 font-medium text-ink">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  const facts: Array<[string, ReactNode]> = [
    [t('status'), <OutcomeState key="status" outcome={row.outcome} status={row.status} />],
    [t('time'), <When key="time" at={row.startedAt} dense />],
    [t('cost'), <Cost key="cost" row={row} />],
    [
      t('tokens'),
      <span key="tokens">
        <Tokens count={inputTokens(row)} /> → <Tokens count={row.usage.output} />
      </span>,
    ],
    [t('firstByte'), <Duration key="first" ms={row.firstByteMs} />],
    [t('duration'), <Duration key="duration" ms={row.durationMs} />],
    [t('overhead'), <Duration key="overhead" ms={row.overheadMs} />],
    [
      t('protocol'),
      <code key="protocol" className="font-mono text-xs">
        {row.protocolIn}
        {row.protocolOut && row.protocolOut !== row.protocolIn ? ` → ${row.protocolOut}` : ''}
      </code>,
    ],
    [t('key'), row.keyName],
    [t('user'), row.userName],
    [t('channel'), row.channelName ?? <Nothing key="channel" />],
    [t('modelServed'), row.modelServed ?? <Nothing key="served" />],
    [
      t('upstreamRequestId'),
      row.upstreamRequestId ? (
        <code key="upstreamId" className="font-mono text-xs">
          {row.upstreamRequestId}
        </code>
      ) : (
        <Nothing key="upstreamId" />
      ),
    ],
    [t('clientIp'), row.clientIp ?? <Nothing key="ip" />],
    [t('userAgent'), row.userAgent ?? <Nothing key="agent" />],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
      {facts.map(([label, value]) => (
        <div key={label} className="min-w-0">
          <dt className="text-faint text-xs">{label}</dt>
          <dd className="mt-0.5 break-words text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Attempts({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  return (
    <ol className="grid grid-cols-[minmax(0,1fr)] gap-2">
      {row.attempts.map((attempt, index) => (
        <li
          key={`${attempt.startedAt}-${attempt.channelId ?? index}`}
          className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-md border border-line px-3 py-2"
        >
          <div className="flex items-center gap-2">
            <span className="num flex size-5 items-center justify-center rounded-full bg-hover text-faint text-xs">
              {index + 1}
            </span>
            <span className="min-w-0 flex-1 truncate font-medium">{attempt.channelName ?? t('attempt')}</span>
            {attempt.status !== null && (
              <Badge tone={attempt.status < 400 ? 'ok' : 'bad'}>{attempt.status}</Badge>
            )}
            <Duration ms={attempt.durationMs} className="text-muted" />
          </div>
          <div className="flex flex-wrap gap-x-3 pl-7 text-muted text-xs">
            {attempt.upstreamModel && <code className="font-mono">{attempt.upstreamModel}</code>}
            <span>{attempt.reason || attempt.outcome}</span>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Decision({ row }: { row: RequestLogDetail }) {
  const t = useTranslations('logs');
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {row.decision.map((entry) => (
        <li key={`${entry.channelId} ${entry.reason}`} className="flex items-center gap-3 px-3 py-1.5">
          <Badge tone={entry.kept ? 'ok' : 'neutral'}>{entry.kept ? t('kept') : t('dropped')}</Badge>
          <span className="truncate">{entry.channelName}</span>
          <span className="ml-auto truncate text-faint text-xs">{entry.reason}</span>
        </li>
      ))}
    </ul>
  );
}
