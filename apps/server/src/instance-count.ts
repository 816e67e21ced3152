// How many workers share this database now: what a limit is divided by while Redis is away.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';

/** Remembers the last count, so that asking costs nothing and works without a database. */
export class InstanceCount {
  readonly #db: Database;
  readonly #atLeast: number;
  #last: number;

  /** @param atLeast workers that are known without asking: those of this installation. */
  constructor(db: Database, atLeast: number) {
    this.#db = db;
    this.#atLeast = atLeast;
    this.#last = atLeast;
  }

  current(): number {
    return this.#last;
  }

  /** Counts the workers whose last three heartbeats were not all missed. @throws when the database can't be asked. */
  async refresh(): Promise<void> {
    const [row] = rowsOf<{ alive: number }>(
      await this.#db.execute(
        "select count(*)::integer as alive from workers where heartbeat_at > now() - interval '45 seconds'",
      ),
    );
    this.#last = Math.max(this.#atLeast, row?.alive ?? 0);
  }
}
