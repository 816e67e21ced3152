// One change: a transaction with its audit entries, and the notices that go out once it is committed.
import type { Transaction } from '@api-proxy/db/database';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { configVersion } from '@api-proxy/db/schema/config-version';
import { sql } from 'drizzle-orm';
import type { Context } from './context.ts';
import { isCollision } from './failure.ts';

export type AuditRecord = {
  /** e.g. `channel.update` */
  action: string;
  entityKind: string;
  entityId: string;
  /** What it was and what it became, as JSON values without secrets; null: there was none. */
  before: unknown;
  after: unknown;
};

export type Change = {
  readonly tx: Transaction;
  /** Writes one audit entry in the transaction. */
  audit(record: AuditRecord): Promise<void>;
  /** Raises `config_version` and tells the workers after the commit. */
  configChanged(): Promise<void>;
  /** Tells the workers after the commit that a user, or one key, changed. */
  callerChanged(userId: string, keyId?: string): void;
};

async function raiseVersion(tx: Transaction): Promise<number> {
  const [row] = await tx
    .insert(configVersion)
    .values({ id: 1, version: 2 })
    .onConflictDoUpdate({
      target: configVersion.id,
      set: { version: sql`${configVersion.version} + 1`, updatedAt: sql`now()` },
    })
    .returning({ version: configVersion.version });
  return row?.version ?? 0;
}

/** What is told once the transaction is committed. */
type Notices = { version: number | undefined; readonly callers: { userId: string; keyId: string | null }[] };

const MAX_TRIES = 4;

/**
 * Runs `work` in one transaction; nothing is told to anyone when it fails. Where the database gives the transaction up in
 * favour of another one, all of `work` runs again: what it does outside the transaction must bear that.
 */
export async function change<T>(context: Context, work: (change: Change) => Promise<T>): Promise<T> {
  const { result, notices } = await withRetries(context, work);
  if (notices.version !== undefined) await context.bus.publish('config', { version: notices.version });
  for (const caller of notices.callers) await context.bus.publish('caller', caller);
  return result;
}

type Done<T> = { readonly result: T; readonly notices: Notices };

async function withRetries<T>(context: Context, work: (change: Change) => Promise<T>): Promise<Done<T>> {
  for (let tries = 1; ; tries++) {
    // Anew each time: what was noted in a transaction that was rolled back did not happen.
    const notices: Notices = { version: undefined, callers: [] };
    try {
      const result = await context.db.transaction((tx) => work(changeIn(context, tx, notices)));
      return { result, notices };
    } catch (error) {
      // No pause: whom it gave way to has the locks now, and this one waits for them.
      if (tries >= MAX_TRIES || !isCollision(error)) throw error;
    }
  }
}

function changeIn(context: Context, tx: Transaction, notices: Notices): Change {
  return {
    tx,
    audit: async (record) => {
      await tx.insert(auditLog).values({
        ...record,
        actorUserId: context.actor?.userId ?? null,
        actorName: context.actor?.name ?? '',
        ip: context.actor?.ip ?? null,
        createdAt: new Date(context.clock.nowMs()),
      });
    },
    configChanged: async () => {
      notices.version = await raiseVersion(tx);
    },
    callerChanged: (userId, keyId) => {
      notices.callers.push({ userId, keyId: keyId ?? null });
    },
  };
}
