// Rows in the text format of COPY: one line per row, tabs between values, `\N` for null.
import { type Column, jsonText, storableText } from './json-parameter.ts';

const NULL = '\\N';
const SPECIAL = /[\\\t\n\r]/;
const EVERY_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const EVERY_QUOTABLE = /["\\]/g;

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(EVERY_SPECIAL, (found) => ESCAPES[found] ?? found) : text;
}

/** An array as PostgreSQL writes it: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(values: readonly unknown[]): string {
  return `{${values.map((value) => `"${String(value).replace(EVERY_QUOTABLE, '\\$&')}"`).join(',')}}`;
}

function field(type: Column<unknown>[1], value: unknown): string {
  if (value === null || value === undefined) return NULL;
  if (type === 'jsonb') return escaped(jsonText(value));
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return escaped(arrayText(value));
  // As in JSON, so that a row that has such a number is refused in either form.
  return typeof value === 'number' && !Number.isFinite(value) ? NULL : String(value);
}

/** Lines for `copy … (columns) from stdin`; texts that PostgreSQL refuses are cleaned as `jsonText` does. */
export function copyText<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  let text = '';
  for (const row of rows) {
    let before = '';
    for (const [, type, value] of columns) {
      text += before + field(type, value(row));
      before = '\t';
    }
    text += '\n';
  }
  return text.isWellFormed() && !text.includes('\0') ? text : storableText(text);
}
