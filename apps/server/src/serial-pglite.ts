// PGlite that keeps one client's messages together up to their Sync, so that several clients can share its one session.
import { PGlite } from '@electric-sql/pglite';

/** Frontend messages by their first byte: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const QUERY = 0x51;
const SYNC = 0x53;
const TERMINATE = 0x58;
const OPEN_A_BATCH: ReadonlySet<number> = new Set([0x50, 0x42, 0x44, 0x45, 0x43, 0x48]); // P B D E C H
const SYNC_MESSAGE = new Uint8Array([SYNC, 0, 0, 0, 4]);

/**
 * The socket server lets another client in between two messages unless a transaction is open. With the unnamed prepared
 * statement in one shared session, a Parse of one client would then be executed with the parameters of another as soon as
 * a network packet ends between Parse and Bind (shown by the test beside this file). So a batch counts as a transaction.
 */
export class SerialPGlite extends PGlite {
  #openBatch = false;
  readonly #onCrash: (thrown: unknown) => void;

  constructor(options: { dataDir?: string; onCrash: (thrown: unknown) => void }) {
    super({
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      relaxedDurability: true,
    });
    this.#onCrash = options.onCrash;
  }

  override isInTransaction(): boolean {
    return this.#openBatch || super.isInTransaction();
  }

  override async execProtocolRawStream(
    ...[message, options]: Parameters<PGlite['execProtocolRawStream']>
  ): Promise<void> {
    const type = message[0] ?? 0;
    // The session is everybody's: one client that says goodbye doesn't end it.
    if (type === TERMINATE) return;
    if (OPEN_A_BATCH.has(type)) this.#openBatch = true;
    if (type === SYNC || type === QUERY) this.#openBatch = false;
    try {
      await super.execProtocolRawStream(message, options);
    } catch (thrown) {
      // SQL errors are messages; an exception means that the engine is gone, and its queue would wait for ever.
      this.#onCrash(thrown);
      throw thrown;
    }
  }

  /** Also what the socket server calls to roll back for a client that left. */
  override async exec(...[query, options]: Parameters<PGlite['exec']>): ReturnType<PGlite['exec']> {
    if (this.#openBatch) {
      this.#openBatch = false;
      await this.execProtocolRaw(SYNC_MESSAGE);
    }
    return super.exec(query, options);
  }
}
