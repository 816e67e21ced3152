// What a failed statement means for a batch: try again, make a partition, split, or wait for the database.

export type Fault = 'retry' | 'missing_partition' | 'bad_row' | 'unavailable';

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Cardinality, data, constraint, limit. A batch whose rows are refused only together is halved until they are not. */
const DATA_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '54']);
const NO_PARTITION = 'no partition of relation';

type Described = { readonly code: string | undefined; readonly message: string };

/** The SQLSTATE and message of an error or of the causes it wraps (drizzle wraps the driver's error). */
function describe(thrown: unknown): Described {
  let message = '';
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    message = error.message;
    if ('code' in error && typeof error.code === 'string') return { code: error.code, message };
  }
  return { code: undefined, message };
}

/** The SQLSTATE of a failed statement, if the database gave one. */
export function sqlState(thrown: unknown): string | undefined {
  const { code } = describe(thrown);
  return code !== undefined && SQLSTATE.test(code) ? code : undefined;
}

/**
 * Sorts a failure. Only what the data itself can cause (the classes below, or a row our own arithmetic can't take)
 * blames a row; anything unknown is taken as an outage, because then nothing is lost.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function faultOf(thrown: unknown): Fault {
  const { code, message } = describe(thrown);
  if (code === undefined) {
    return thrown instanceof TypeError || thrown instanceof RangeError ? 'bad_row' : 'unavailable';
  }
  if (!SQLSTATE.test(code)) return 'unavailable';
  if (code === '40P01' || code === '40001') return 'retry';
  if (code === '23514' && message.includes(NO_PARTITION)) return 'missing_partition';
  return DATA_CLASSES.has(code.slice(0, 2)) ? 'bad_row' : 'unavailable';
}
