// The one table: loading, empty, error, paging, column choice; cards on a phone; rows reachable by keyboard.
'use client';
import { useTable } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card';
import { ErrorState } from '@/components/ui/empty-state';
import { cn } from '@/lib/cn';
import type { Column } from './columns';
import { features } from './columns';
import { CardRows, SkeletonRows, TableRow } from './rows';
import { Toolbar } from './toolbar';
import { useColumns } from './use-columns';

/** What a query says about the rows; the result of `useRead` fits. */
export type RowsQuery = { isPending: boolean; isFetching: boolean; error: unknown; refetch: () => unknown };

export type DataTableProps<Row extends object> = {
  /** Unique in the console: the viewer's column choice is kept under it. */
  name: string;
  /** Read to screen readers. */
  caption: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  query: RowsQuery;
  rowId: (row: Row) => string;
  /** Opens the details of a row: by click, or Enter on the focused row. */
  onOpen?: (row: Row) => void;
  /** Shown when there is nothing. */
  empty: ReactNode;
  /** Filters and search, on the left above the table. */
  filters?: ReactNode;
  /** Below the rows: `<Pager />`. */
  footer?: ReactNode;
  className?: string;
};

const NO_ROWS: never[] = [];

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { name, caption, columns, rows, query, rowId, onOpen, empty, filters, footer, className } = props;
  const { visibility, choose } = useColumns(name, columns);
  const table = useTable({
    features,
    columns,
    data: rows ?? NO_ROWS,
    getRowId: rowId,
    state: { columnVisibility: visibility },
    onColumnVisibilityChange: () => {},
  });
  const shown = table.getRowModel().rows;
  const loading = query.isPending && rows === undefined;
  const failed = query.error !== null && query.error !== undefined && rows === undefined;
  const width = table.getVisibleLeafColumns().length;

  return (
    <div className={cn('grid grid-cols-[minmax(0,1fr)] content-start gap-3', className)}>
      <Toolbar columns={columns} visibility={visibility} onChoose={choose}>
        {filters}
      </Toolbar>
      <Card className="overflow-hidden">
        {failed ? (
          <ErrorState error={query.error} onRetry={() => query.refetch()} />
        ) : !loading && shown.length === 0 ? (
          empty
        ) : (
          <div
            className={cn('transition-opacity', query.isFetching && !loading && 'opacity-60')}
            aria-busy={query.isFetching}
          >
            <div className="overflow-x-auto max-md:hidden">
              <table className="w-full border-collapse text-left">
                <caption className="sr-only">{caption}</caption>
                <thead>
                  <tr className="border-line border-b bg-sunken">
                    {table.getHeaderGroups()[0]?.headers.map((header) => (
                      <th
                        key={header.id}
                        scope="col"
                        className={cn(
                          'h-8 whitespace-nowrap px-3 font-medium text-faint text-xs first:pl-4 last:pr-4',
                          header.column.columnDef.meta?.align === 'right' && 'text-right',
                        )}
                      >
                        <table.FlexRender header={header} />
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {loading ? (
                    <SkeletonRows columns={width} />
                  ) : (
                    shown.map((row) => (
                      <TableRow key={row.id} row={row} {...(onOpen === undefined ? {} : { onOpen })} />
                    ))
                  )}
                </tbody>
              </table>
            </div>
            <CardRows rows={shown} loading={loading} {...(onOpen === undefined ? {} : { onOpen })} />
          </div>
        )}
        {footer && !failed && shown.length > 0 && (
          <div className="border-line border-t px-3 py-2">{footer}</div>
        )}
      </Card>
    </div>
  );
}
