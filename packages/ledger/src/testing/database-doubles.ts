// A database that counts what it is asked, and one that can be away or lose its answer after it has done the work.
import type { Database } from '@api-proxy/db/database';

/** Counts statements and transactions sent through the handle. */
export function countingDatabase(real: Database): { db: Database; count(): number } {
  let count = 0;
  const counted = new Set<string | symbol>([
    'execute',
    'transaction',
    'select',
    'insert',
    'update',
    'delete',
  ]);
  const db: Database = new Proxy(real, {
    get(target, name, receiver) {
      if (counted.has(name)) count++;
      return Reflect.get(target, name, receiver);
    },
  });
  return { db, count: () => count };
}

export type FailingDatabase = {
  db: Database;
  goAway(): void;
  comeBack(): void;
  /** The next transaction is carried out, but its caller sees a broken connection. */
  loseAnswer(): void;
  /** The next transaction is not carried out, and its caller sees an error that is no fault of its rows. */
  refuseNext(): void;
  /** Statements wait until the result is called, then run. */
  hang(): () => void;
};

function broken(): Error {
  return Object.assign(new Error('connection terminated'), { code: 'ECONNRESET' });
}

export function failingDatabase(real: Database): FailingDatabase {
  let away = false;
  let losing = false;
  let refusing = false;
  let hanging: Promise<void> | undefined;
  const db: Database = new Proxy(real, {
    get(target, name, receiver) {
      if (away && (name === 'execute' || name === 'transaction')) return () => Promise.reject(broken());
      if (hanging && name === 'execute') {
        const released = hanging;
        return async (query: Parameters<Database['execute']>[0]) => {
          await released;
          return target.execute(query);
        };
      }
      if (name === 'transaction' && refusing) {
        refusing = false;
        return () => Promise.reject(Object.assign(new Error('disk full'), { code: '53100' }));
      }
      if (name !== 'transaction' || !losing) return Reflect.get(target, name, receiver);
      losing = false;
      const transaction: Database['transaction'] = async (work, config) => {
        await target.transaction(work, config);
        throw broken();
      };
      return transaction;
    },
  });
  return {
    db,
    goAway: () => {
      away = true;
    },
    comeBack: () => {
      away = false;
    },
    loseAnswer: () => {
      losing = true;
    },
    refuseNext: () => {
      refusing = true;
    },
    hang: () => {
      const gate = Promise.withResolvers<void>();
      hanging = gate.promise;
      return () => {
        hanging = undefined;
        gate.resolve();
      };
    },
  };
}
