// Keyset paging: an opaque cursor made of the last row's sort values.
import { invalidInput } from './failure.ts';

export type Page<Item> = { items: Item[]; nextCursor: string | null };

/** Packs sort values into a cursor. */
export function encodeCursor(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** Unpacks a cursor of `size` values. @throws AppError `invalid_input` when it was not made by `encodeCursor`. */
export function decodeCursor(cursor: string, size: number): string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(values) &&
      values.length === size &&
      values.every((value) => typeof value === 'string')
    ) {
      return values;
    }
  } catch {
    // Not ours: refused below, like any other wrong cursor.
  }
  throw invalidInput('query.cursor', 'is not a cursor of this list');
}

/** A cursor of an instant and an id. @throws AppError `invalid_input`. */
export function decodeTimeCursor(cursor: string): { at: Date; id: string } {
  const [time = '', id = ''] = decodeCursor(cursor, 2);
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) throw invalidInput('query.cursor', 'is not a cursor of this list');
  return { at, id };
}

/** A cursor of a serial number. @throws AppError `invalid_input`. */
export function decodeSerialCursor(cursor: string): bigint {
  const [serial = ''] = decodeCursor(cursor, 1);
  if (!/^\d{1,18}$/.test(serial)) throw invalidInput('query.cursor', 'is not a cursor of this list');
  return BigInt(serial);
}

/** Cuts `limit + 1` fetched rows into a page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  shape: { item: (row: Row) => Item; cursor: (row: Row) => readonly string[] },
): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: kept.map(shape.item), nextCursor: more ? encodeCursor(shape.cursor(last)) : null };
}
