// A row in the text format of COPY: one line, tabs between values, `\N` for null.
import { type ColumnType, jsonText, storableText } from './json-parameter.ts';

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

function field(type: ColumnType, value: unknown): string {
  if (value === null || value === undefined) return NULL;
  if (type === 'epoch_ms') return instantText(value);
  if (type === 'jsonb') return escaped(jsonText(value));
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return escaped(arrayText(value));
  // As in JSON, so that a row that has such a number is refused in either form.
  return typeof value === 'number' && !Number.isFinite(value) ? NULL : String(value);
}

const MS_PER_SECOND = 1_000;
/** Rows come one after the other: nearly each begins in the second of the one before. */
let second = { startMs: Number.NaN, text: '' };

/** What is no instant is null, which the server refuses where one must be. */
function instantText(value: unknown): string {
  const wholeMs = Math.trunc(Number(value));
  const ms = wholeMs % MS_PER_SECOND;
  const startMs = wholeMs - ms;
  if (startMs !== second.startMs || ms < 0) {
    const instant = new Date(wholeMs);
    if (Number.isNaN(instant.getTime())) return NULL;
    const text = instant.toISOString();
    if (ms >= 0) second = { startMs, text: text.slice(0, -'000Z'.length) };
    return text;
  }
  return `${second.text}${String(ms).padStart(3, '0')}Z`;
}

/**
 * The line of a row, with its end, for `copy … (columns) from stdin`; texts that PostgreSQL refuses are cleaned as
 * `jsonText` does. @param values one for each column
 */
export function copyLine(
  values: readonly unknown[],
  columns: readonly (readonly [name: string, type: ColumnType])[],
): string {
  let text = '';
  for (let index = 0; index < columns.length; index++) {
    if (index > 0) text += '\t';
    text += field(columns[index]?.[1] ?? 'text', values[index]);
  }
  text += '\n';
  return text.isWellFormed() && !text.includes('\0') ? text : storableText(text);
}
