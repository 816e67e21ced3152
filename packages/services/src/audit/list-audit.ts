// Changes, newest first.
import type { listAudit as contract } from '@api-proxy/contracts/audit';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { and, desc, eq, lt } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { decodeSerialCursor, pageOf } from '../page.ts';
import type { ReadVerb } from '../verb.ts';

export const listAudit: ReadVerb<typeof contract> = async (context, { query }) => {
  requireActor(context, 'admin');
  const rows = await context.db
    .select()
    .from(auditLog)
    .where(
      and(
        query.entityKind ? eq(auditLog.entityKind, query.entityKind) : undefined,
        query.entityId ? eq(auditLog.entityId, query.entityId) : undefined,
        query.actor ? eq(auditLog.actorUserId, query.actor) : undefined,
        query.cursor === undefined ? undefined : lt(auditLog.id, decodeSerialCursor(query.cursor)),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, {
    item: (row) => ({ ...row, id: String(row.id), createdAt: row.createdAt.toISOString() }),
    cursor: (row) => [String(row.id)],
  });
};
