// Tables, cards, charts, dialogs and forms: their states.
'use client';
import { Inbox, Wallet } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { z } from 'zod';
import { ChartCard } from '@/components/chart/chart-card';
import { Bars } from '@/components/chart/lazy';
import { CodeTabs } from '@/components/code/code-block';
import { MoneyField, NumberField, SwitchField, TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { ListField } from '@/components/form/list-field';
import { useContractForm } from '@/components/form/use-contract-form';
import { columnsOf } from '@/components/table/columns';
import { DataTable } from '@/components/table/data-table';
import { StateDot } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { EmptyState } from '@/components/ui/empty-state';
import { StatCard } from '@/components/ui/stat-card';
import { Money, Tokens } from '@/components/ui/value';
import { clientSettings } from '@/features/clients/settings';
import { ApiError } from '@/lib/api-error';
import { shortCount } from '@/lib/number';
import { Shelf } from './section';

type Row = { id: string; tokens: number; usd: string };
const ROWS: Row[] = [
  { id: 'claude-sonnet-4-5', tokens: 48_211, usd: '0.0144633' },
  { id: 'gpt-5', tokens: 912, usd: '0.000012' },
];
const STATES = ['rows', 'loading', 'empty', 'failed'] as const;

export function Tables() {
  const t = useTranslations('showcase');
  const columns = useMemo(
    () =>
      columnsOf<Row>([
        {
          id: 'name',
          label: t('one'),
          pinned: true,
          card: 'title',
          cell: (row) => <span className="font-medium">{row.id}</span>,
        },
        { id: 'state', label: t('two'), cell: () => <StateDot tone="ok">{t('act')}</StateDot> },
        { id: 'tokens', label: t('three'), align: 'right', cell: (row) => <Tokens count={row.tokens} /> },
        { id: 'usd', label: t('four'), align: 'right', cell: (row) => <Money usd={row.usd} /> },
      ]),
    [t],
  );
  return (
    <Shelf name="data-table">
      <div className="grid gap-4 lg:grid-cols-2">
        {STATES.map((state) => (
          <DataTable
            key={state}
            name={`showcase-${state}`}
            caption={t('one')}
            columns={columns}
            rows={state === 'rows' ? ROWS : state === 'empty' ? [] : undefined}
            query={{
              isPending: state === 'loading',
              isFetching: false,
              error: state === 'failed' ? new ApiError(0, 'network', '') : null,
              refetch: () => undefined,
            }}
            rowId={(row) => row.id}
            onOpen={() => undefined}
            empty={
              <EmptyState
                icon={Inbox}
                title={t('one')}
                description={t('sentence')}
                action={<Button variant="primary">{t('act')}</Button>}
              />
            }
          />
        ))}
      </div>
    </Shelf>
  );
}

export function Cards() {
  const t = useTranslations('showcase');
  const points = Array.from({ length: 24 }, (_, hour) => ({
    label: `${hour}:00`,
    values: { a: 400 + 300 * Math.sin(hour / 3), b: 200 + 120 * Math.cos(hour / 4) },
  }));
  const table = {
    columns: [t('one'), t('two')],
    rows: points.map((point) => ({ key: point.label, cells: [point.label, shortCount(point.values.a)] })),
  };
  return (
    <Shelf name="stat-card, chart-card, code-tabs">
      <div className="grid gap-3 sm:grid-cols-3">
        <StatCard
          label={t('one')}
          icon={Wallet}
          value={<Money usd="87.654321" short />}
          hint={t('sentence')}
        />
        <StatCard label={t('two')} value="" loading />
        <StatCard label={t('three')} value={<Tokens count={2_345_678} />} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <ChartCard title={t('one')} table={table}>
          <Bars
            points={points}
            format={shortCount}
            series={[
              { key: 'a', label: t('two'), color: 'var(--chart-1)' },
              { key: 'b', label: t('three'), color: 'var(--chart-2)' },
            ]}
          />
        </ChartCard>
        <ChartCard title={t('two')} empty table={table}>
          {null}
        </ChartCard>
      </div>
      <CodeTabs
        label={t('one')}
        tabs={clientSettings({
          baseUrl: 'https://relay.example.com',
          key: 'sk-relay-…',
          anthropicModel: 'claude-sonnet-4-5',
          openaiModel: 'gpt-5',
        })}
      />
    </Shelf>
  );
}

const sampleForm = z.object({
  name: z.string().min(3),
  rpm: z.int().min(1).nullable(),
  usd: z.string(),
  on: z.boolean(),
  list: z.array(z.string()),
});

function SampleForm({ onClose }: { onClose: () => void }) {
  const t = useTranslations('showcase');
  const form = useContractForm({
    schema: sampleForm,
    defaults: { name: '', rpm: 60, usd: '12.5', on: true, list: ['gpt-5'] },
    submit: async () => {
      throw new ApiError(400, 'invalid_input', '', [{ path: 'body.name', message: t('sentence') }]);
    },
  });
  return (
    <FormDialog
      form={form}
      title={t('one')}
      description={t('sentence')}
      submitLabel={t('act')}
      onClose={onClose}
    >
      <TextField control={form.control} name="name" label={t('one')} autoFocus />
      <NumberField control={form.control} name="rpm" label={t('two')} optional suffix="RPM" />
      <MoneyField control={form.control} name="usd" label={t('three')} hint={t('sentence')} />
      <SwitchField control={form.control} name="on" label={t('four')} hint={t('sentence')} />
      <ListField control={form.control} name="list" label={t('one')} suggestions={['claude-sonnet-4-5']} />
    </FormDialog>
  );
}

export function Dialogs() {
  const t = useTranslations('showcase');
  const [open, setOpen] = useState<'form' | 'sheet' | 'confirm' | null>(null);
  const close = () => setOpen(null);
  return (
    <Shelf name="form-dialog, sheet, confirm-dialog">
      <div className="flex gap-2">
        <Button onClick={() => setOpen('form')}>{t('one')}</Button>
        <Button onClick={() => setOpen('sheet')}>{t('two')}</Button>
        <Button onClick={() => setOpen('confirm')}>{t('three')}</Button>
      </div>
      {open === 'form' && <SampleForm onClose={close} />}
      <Dialog open={open === 'sheet'} onOpenChange={close}>
        <SheetContent title={t('two')} description={t('sentence')}>
          {t('sentence')}
        </SheetContent>
      </Dialog>
      <ConfirmDialog
        onClose={close}
        confirmation={
          open === 'confirm'
            ? {
                title: t('three'),
                subject: 'gpt-5',
                description: t('sentence'),
                confirmLabel: t('act'),
                typeToConfirm: true,
                onConfirm: async () => undefined,
              }
            : null
        }
      />
    </Shelf>
  );
}
