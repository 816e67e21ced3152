// The re-pricing runs, newest first, and the way to a new one.
'use client';
import { listRepricings, type Repricing, type RepricingState } from '@api-proxy/contracts/finance';
import { CalendarClock, Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { columnsOf } from '@/components/table/columns';
import { DataTable } from '@/components/table/data-table';
import { Badge, type Tone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Money, When } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { exactCount } from '@/lib/number';
import { useRead } from '@/lib/query';
import { RepricingForm } from './repricing-form';

const TONE: Record<RepricingState, Tone> = {
  counting: 'accent',
  ready: 'warn',
  booking: 'accent',
  done: 'ok',
  discarded: 'neutral',
};

export function RepricingBadge({ state }: { state: RepricingState }) {
  const t = useTranslations('finance.repricing');
  return <Badge tone={TONE[state]}>{t(`states.${state}`)}</Badge>;
}

/** A difference: what users pay more stands out from what they get back. */
export function Difference({ usd }: { usd: string }) {
  return <Money usd={usd} className={signOfMoney(usd) < 0 ? 'text-ok' : ''} />;
}

function useColumns(onOpen: (id: string) => void) {
  const t = useTranslations('finance.repricing');
  return useMemo(
    () =>
      columnsOf<Repricing>([
        {
          id: 'range',
          label: t('range'),
          pinned: true,
          card: 'title',
          cell: (run) => (
            <span className="whitespace-nowrap">
              <When at={run.from} dense /> – <When at={run.to} dense />
            </span>
          ),
        },
        {
          id: 'state',
          label: t('state'),
          card: 'title',
          cell: (run) => <RepricingBadge state={run.state} />,
        },
        {
          id: 'who',
          label: t('who'),
          cell: (run) =>
            [run.model, run.channelName, run.userName ?? run.userId, run.keyName ?? run.keyId]
              .filter((part) => part !== null)
              .join(' · ') || t('everything'),
        },
        {
          id: 'changed',
          label: t('changed'),
          align: 'right',
          cell: (run) => (
            <span className="num">
              {t('changedOf', { changed: exactCount(run.changedRows), rows: exactCount(run.rows) })}
            </span>
          ),
        },
        {
          id: 'difference',
          label: t('difference'),
          align: 'right',
          cell: (run) => <Difference usd={run.differenceUsd} />,
        },
        { id: 'by', label: t('created'), cell: (run) => run.createdByName },
        {
          id: 'open',
          label: t('open'),
          pinned: true,
          align: 'right',
          cell: (run) => (
            <Button size="sm" variant="ghost" onClick={() => onOpen(run.id)}>
              {t('open')}
            </Button>
          ),
        },
      ]),
    [t, onOpen],
  );
}

export function RepricingCard({ onOpen }: { onOpen: (id: string) => void }) {
  const t = useTranslations('finance.repricing');
  const list = useRead(listRepricings);
  const [creating, setCreating] = useState(false);
  const columns = useColumns(onOpen);
  const start = (
    <Button onClick={() => setCreating(true)}>
      <Plus /> {t('start')}
    </Button>
  );
  return (
    <section>
      <div className="mb-3 flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 className="font-medium text-base text-ink">{t('title')}</h2>
          <p className="mt-0.5 max-w-2xl text-muted">{t('text')}</p>
        </div>
        {start}
      </div>
      <DataTable
        name="repricings"
        caption={t('title')}
        columns={columns}
        rows={list.data?.items}
        query={list}
        rowId={(run) => run.id}
        empty={<EmptyState icon={CalendarClock} title={t('empty')} description={t('emptyText')} />}
      />
      {creating && <RepricingForm onMade={onOpen} onClose={() => setCreating(false)} />}
    </section>
  );
}
