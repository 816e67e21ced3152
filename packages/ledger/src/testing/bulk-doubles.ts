// Transactions with COPY for a database without it, whose connection can break at each step.
import type { BulkTransaction, CopyIn } from '@api-proxy/db/bulk';
import type { Database, Transaction } from '@api-proxy/db/database';
import { sql } from 'drizzle-orm';

const STATEMENT = /^copy (\w+) \((.*)\) from stdin$/;
const ESCAPED = /\\(.)/g;
const WRITTEN: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

function literal(field: string): string {
  if (field === '\\N') return 'null';
  const text = field.replace(ESCAPED, (_, letter: string) => WRITTEN[letter] ?? letter);
  return `'${text.replaceAll("'", "''")}'`;
}

/** Does what `copy … from stdin` does by an insert: it has no `on conflict` either. */
function copyInOf(tx: Transaction): CopyIn {
  return async (statement, bytes) => {
    const [, table, columns] = STATEMENT.exec(statement) ?? [];
    const lines = bytes.toString().split('\n').slice(0, -1);
    const values = lines.map((line) => `(${line.split('\t').map(literal).join(', ')})`);
    await tx.execute(sql.raw(`insert into ${table} (${columns}) values ${values.join(', ')}`));
  };
}

/** Where the connection breaks: before the rows are sent, when they are loaded, or once all is committed. */
export type Break = 'before' | 'inside' | 'committed';

export type FailingBulk = {
  readonly bulk: BulkTransaction;
  /** What becomes of the transactions to come, one after the other; those after the last go well. */
  plan(...breaks: readonly (Break | 'well')[]): void;
  /** Statements of COPY that were carried out. */
  copies(): number;
};

function broken(): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
}

export function failingBulk(db: Database): FailingBulk {
  const planned: (Break | 'well')[] = [];
  let copies = 0;
  return {
    bulk: async (work) => {
      const fate = planned.shift() ?? 'well';
      const done = await db.transaction((tx) =>
        work(tx, async (statement, lines) => {
          if (fate === 'before') throw broken();
          await copyInOf(tx)(statement, lines);
          copies++;
          if (fate === 'inside') throw broken();
        }),
      );
      if (fate === 'committed') throw broken();
      return done;
    },
    plan: (...breaks) => void planned.push(...breaks),
    copies: () => copies,
  };
}
