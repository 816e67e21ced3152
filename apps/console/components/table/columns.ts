// What a column of the data table may say about itself.
import {
  type ColumnDef,
  columnVisibilityFeature,
  createColumnHelper,
  metaHelper,
  type RowData,
  tableFeatures,
} from '@tanstack/react-table';

export type ColumnMeta = {
  /** The name in the header, in the column choice and on phone cards. */
  label: string;
  /** Numbers stand right. */
  align?: 'right';
  /** Tailwind classes of the cell: a width, say. */
  className?: string;
  /** Hidden until chosen. */
  hidden?: boolean;
  /** Always shown: the name of the row, its actions. */
  pinned?: boolean;
  /** On a phone card: `title` heads the card, `none` is left out, else a line with its label. */
  card?: 'title' | 'none';
};

export const features = tableFeatures({ columnVisibilityFeature, columnMeta: metaHelper<ColumnMeta>() });

export type Column<Row extends RowData> = ColumnDef<typeof features, Row, unknown>;

type Cell<Row> = ColumnMeta & { id: string; cell: (row: Row) => React.ReactNode };

/** Makes the columns of a table from plain descriptions. */
export function columnsOf<Row extends RowData>(cells: ReadonlyArray<Cell<Row>>): Column<Row>[] {
  const helper = createColumnHelper<typeof features, Row>();
  return cells.map(({ id, cell, ...meta }) =>
    helper.display({ id, header: () => meta.label, cell: (context) => cell(context.row.original), meta }),
  );
}
