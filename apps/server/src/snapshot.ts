// Keeps the configuration in force: rebuilt on a bus message, and checked against the version in the database.
import type { Snapshots } from '@api-proxy/gateway/ports';
import type { Snapshot } from '@api-proxy/gateway/snapshot';
import { SECOND_MS } from '@api-proxy/kit/duration';
import type { Logger } from '@api-proxy/kit/logger';

/** A lost bus message heals within this time. */
const CHECK_EVERY_MS = 2 * SECOND_MS;

/** What the relay lives by, and what else of the settings a worker needs at hand. */
export type Configuration = Snapshot & {
  /** IANA name of the zone of the spending windows. */
  readonly timeZone: string;
};

export type SnapshotReader = {
  /** The number that grows with every change. */
  version(): Promise<number>;
  /** A whole snapshot, at least as new as the version it carries. */
  read(): Promise<Configuration>;
};

export type SnapshotKeeperOptions = { reader: SnapshotReader; log: Logger; checkEveryMs?: number };

/** Gives the last snapshot that could be read; while the database is away that one stays in force. */
export class SnapshotKeeper implements Snapshots {
  readonly #reader: SnapshotReader;
  readonly #log: Logger;
  #snapshot: Configuration;
  #refreshing: Promise<void> | undefined;
  #wanted = 0;
  readonly #timer: NodeJS.Timeout;

  private constructor(options: SnapshotKeeperOptions, first: Configuration) {
    this.#reader = options.reader;
    this.#log = options.log;
    this.#snapshot = first;
    this.#timer = setInterval(() => this.refresh(), options.checkEveryMs ?? CHECK_EVERY_MS);
    this.#timer.unref();
  }

  /** Reads the first snapshot. @throws when that fails: without one nothing can be routed. */
  static async open(options: SnapshotKeeperOptions): Promise<SnapshotKeeper> {
    return new SnapshotKeeper(options, await options.reader.read());
  }

  current(): Configuration {
    return this.#snapshot;
  }

  /** A change is known to have happened: read it at the latest now. */
  announce(version: number): void {
    this.#wanted = Math.max(this.#wanted, version);
    this.refresh();
  }

  /** Looks whether there is a newer version, and reads it. Never rejects; calls at the same time share one look. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    try {
      let version = await this.#reader.version();
      while (version > this.#snapshot.version) {
        this.#snapshot = await this.#reader.read();
        // Announced while that read was under way, which may have begun too early to see it.
        version = this.#wanted;
        this.#wanted = 0;
      }
    } catch (thrown) {
      this.#log.warn({ err: thrown }, 'the configuration could not be read; the last one stays in force');
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
