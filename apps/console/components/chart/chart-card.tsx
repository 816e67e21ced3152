// A card with a chart and, behind a switch, a table of the same numbers.
'use client';
import { ChartColumn, Table2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { ErrorState } from '@/components/ui/empty-state';
import { Segmented } from '@/components/ui/toggle';

type View = 'chart' | 'table';

export type ChartTable = {
  columns: readonly string[];
  rows: ReadonlyArray<{ key: string; cells: readonly ReactNode[] }>;
};

/** `empty` says plainly that there is no data; `table` holds the numbers the chart shows. */
export function ChartCard({
  title,
  description,
  actions,
  loading = false,
  error,
  onRetry,
  empty = false,
  table,
  className,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  empty?: boolean;
  table: ChartTable;
  className?: string;
  children: ReactNode;
}) {
  const t = useTranslations('chart');
  const [view, setView] = useState<View>('chart');
  const views = [
    { value: 'chart' as const, label: <ChartColumn aria-label={t('asChart')} /> },
    { value: 'table' as const, label: <Table2 aria-label={t('asTable')} /> },
  ];
  return (
    <Card {...(className === undefined ? {} : { className })}>
      <CardHeader
        title={title}
        description={description}
        actions={
          <>
            {actions}
            <Segmented value={view} onChange={setView} options={views} label={t('view')} />
          </>
        }
      />
      <CardBody>
        {loading ? (
          <div className="skeleton h-56 w-full" />
        ) : error ? (
          <ErrorState error={error} onRetry={onRetry} className="h-56 py-0" />
        ) : empty ? (
          <p className="flex h-56 items-center justify-center rounded-md border border-line border-dashed text-faint">
            {t('noData')}
          </p>
        ) : view === 'chart' ? (
          <div className="h-56">{children}</div>
        ) : (
          <NumbersTable table={table} />
        )}
      </CardBody>
    </Card>
  );
}

function NumbersTable({ table }: { table: ChartTable }) {
  return (
    <div className="h-56 overflow-auto rounded-md border border-line">
      <table className="w-full text-left">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            {table.columns.map((name, index) => (
              <th
                key={name}
                scope="col"
                className={`h-8 px-3 font-medium text-faint text-xs ${index > 0 ? 'text-right' : ''}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.key} className="border-line border-t">
              {row.cells.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the cells of a row keep their order
                <td key={index} className={`px-3 py-1.5 ${index > 0 ? 'text-right' : ''}`}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
