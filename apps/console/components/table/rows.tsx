// The rows of the data table, as a table, as phone cards, and as placeholders while loading.
'use client';
import { FlexRender, type Row } from '@tanstack/react-table';
import type { KeyboardEvent, MouseEvent } from 'react';
import { cn } from '@/lib/cn';
import type { features } from './columns';

type TableRowOf<Data extends object> = Row<typeof features, Data>;

// A click on a button, link or input inside a row is that element's own business; so is one in a dialog or menu that
// was opened from the row: React hands its events up to the row, though it stands elsewhere in the document.
function isInner(event: MouseEvent | KeyboardEvent): boolean {
  if (event.target instanceof Node && !event.currentTarget.contains(event.target)) return true;
  const inner =
    event.target instanceof Element
      ? event.target.closest('a,button,input,label,[role=menuitem],[role=switch]')
      : null;
  return inner !== null && inner !== event.currentTarget;
}

function opener<Data extends object>(row: TableRowOf<Data>, onOpen: ((data: Data) => void) | undefined) {
  if (!onOpen) return {};
  return {
    tabIndex: 0,
    onClick: (event: MouseEvent) => {
      // Selecting text in a row does not open it.
      if (!isInner(event) && !getSelection()?.toString()) onOpen(row.original);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && !isInner(event)) onOpen(row.original);
    },
  };
}

/** One row. */
export function TableRow<Data extends object>({
  row,
  onOpen,
}: {
  row: TableRowOf<Data>;
  onOpen?: (data: Data) => void;
}) {
  return (
    <tr
      {...opener(row, onOpen)}
      className={cn(
        'border-line border-b transition-colors last:border-b-0 hover:bg-hover/60 focus-visible:bg-hover focus-visible:outline-offset-[-2px]',
        onOpen && 'cursor-pointer',
      )}
    >
      {row.getVisibleCells().map((cell) => {
        const meta = cell.column.columnDef.meta;
        return (
          <td
            key={cell.id}
            className={cn(
              'h-10 px-3 py-1.5 first:pl-4 last:pr-4',
              meta?.align === 'right' && 'text-right',
              meta?.className,
            )}
          >
            <FlexRender cell={cell} />
          </td>
        );
      })}
    </tr>
  );
}

/** The same rows as cards, below the `md` breakpoint. */
export function CardRows<Data extends object>({
  rows,
  loading,
  onOpen,
}: {
  rows: Array<TableRowOf<Data>>;
  loading: boolean;
  onOpen?: (data: Data) => void;
}) {
  if (loading) return <CardSkeleton />;
  return (
    <ul className="divide-y divide-line md:hidden">
      {rows.map((row) => (
        <CardRow key={row.id} row={row} {...(onOpen === undefined ? {} : { onOpen })} />
      ))}
    </ul>
  );
}

function CardRow<Data extends object>({
  row,
  onOpen,
}: {
  row: TableRowOf<Data>;
  onOpen?: (data: Data) => void;
}) {
  const cells = row.getVisibleCells().filter((cell) => cell.column.columnDef.meta?.card !== 'none');
  const title = cells.filter((cell) => cell.column.columnDef.meta?.card === 'title');
  const lines = cells.filter((cell) => cell.column.columnDef.meta?.card !== 'title');
  return (
    <li {...opener(row, onOpen)} className="grid grid-cols-1 gap-2 px-4 py-3 active:bg-hover">
      {/* Between a checkbox and the actions, the name takes the room. */}
      <div className="flex items-center justify-between gap-3 font-medium [&>div:nth-child(2):not(:last-child)]:flex-1">
        {title.map((cell) => (
          <div key={cell.id} className="min-w-0 last:not-first:shrink-0">
            <FlexRender cell={cell} />
          </div>
        ))}
      </div>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1.5">
        {lines.map((cell) => (
          <div key={cell.id} className="min-w-0">
            <dt className="text-faint text-xs">{cell.column.columnDef.meta?.label}</dt>
            <dd className="min-w-0 truncate">
              <FlexRender cell={cell} />
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e', 'f'];
const WIDTHS = ['w-28', 'w-16', 'w-20', 'w-12'];

/** Placeholder rows of the same height as real ones. */
export function SkeletonRows({ columns }: { columns: number }) {
  return PLACEHOLDERS.map((key) => (
    <tr key={key} className="border-line border-b last:border-b-0" aria-hidden>
      {Array.from({ length: columns }, (_, index) => `${key}${index}`).map((cell, index) => (
        <td key={cell} className="h-10 px-3 first:pl-4">
          <div className={cn('skeleton h-3.5', WIDTHS[index % WIDTHS.length])} />
        </td>
      ))}
    </tr>
  ));
}

function CardSkeleton() {
  return (
    <ul className="divide-y divide-line md:hidden" aria-hidden>
      {PLACEHOLDERS.map((key) => (
        <li key={key} className="grid gap-2 px-4 py-3">
          <div className="skeleton h-4 w-40" />
          <div className="skeleton h-3.5 w-24" />
        </li>
      ))}
    </ul>
  );
}
