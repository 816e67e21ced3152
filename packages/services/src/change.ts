// One change: a transaction with its audit entries, and the notices that go out once it is committed.
import type { Transaction } from '@api-proxy/db/database';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { configVersion } from '@api-proxy/db/schema/config-version';
import { sql } from 'drizzle-orm';
import type { Context } from './context.ts';

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

/** Runs `work` in one transaction; nothing is told to anyone when it fails. */
export async function change<T>(context: Context, work: (change: Change) => Promise<T>): Promise<T> {
  const callers: { userId: string; keyId: string | null }[] = [];
  let version: number | undefined;
  const result = await context.db.transaction((tx) =>
    work({
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
        version = await raiseVersion(tx);
      },
      callerChanged: (userId, keyId) => {
        callers.push({ userId, keyId: keyId ?? null });
      },
    }),
  );
  if (version !== undefined) await context.bus.publish('config', { version });
  for (const caller of callers) await context.bus.publish('caller', caller);
  return result;
}
