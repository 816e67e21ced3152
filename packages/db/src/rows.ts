// Rows of a raw statement, whichever driver ran it.

/**
 * Both drivers answer `execute` with `{ rows }`; drizzle's common type leaves that open.
 * The caller vouches for `Row` by the statement it wrote.
 */
export function rowsOf<Row extends Record<string, unknown>>(result: unknown): Row[] {
  if (typeof result === 'object' && result !== null && 'rows' in result && Array.isArray(result.rows)) {
    return result.rows as Row[];
  }
  throw new TypeError('the driver gave no rows');
}
