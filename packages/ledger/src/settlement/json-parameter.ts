// Rows as the one JSON parameter of a statement, in a form that PostgreSQL's jsonb always accepts.
import { type SQL, sql } from 'drizzle-orm';

// jsonb refuses U+0000 and lone surrogates; JSON.stringify writes both as escapes, which are rare enough to look for.
const SUSPECT = /\\u0000|\\ud[89a-f]/i;
const NUL = /\0/g;

/** A text that PostgreSQL can store: no NUL characters, no half surrogate pairs. */
export function storableText(text: string): string {
  return text.replace(NUL, '').toWellFormed();
}

function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? storableText(value) : value;
}

/** JSON text of the rows; money must already be text. */
export function jsonText(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  return SUSPECT.test(text) ? JSON.stringify(rows, storable) : text;
}

/** A column of a record set: its name in the rows' JSON and its SQL type. */
export type Column = readonly [name: string, type: string];

/** `jsonb_to_recordset($1) as r(…)`: all rows in one parameter, whatever their number. */
export function recordSet(rows: readonly object[], columns: readonly Column[]): SQL {
  const definition = columns.map(([name, type]) => `"${name}" ${type}`).join(', ');
  return sql`jsonb_to_recordset(${jsonText(rows)}::text::jsonb) as r(${sql.raw(definition)})`;
}

/** The columns' names as a list for `insert` or `select`, optionally with a prefix such as `r.`. */
export function columnList(columns: readonly Column[], prefix = ''): SQL {
  return sql.raw(columns.map(([name]) => `${prefix}"${name}"`).join(', '));
}
