// Who changed what, before and after.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { instant, pageOf, pageQuery, userId } from './primitives.ts';

export const auditEntry = z
  .object({
    id: z.string(),
    actorUserId: userId.nullable(),
    actorName: z.string(),
    action: z.string(),
    entityKind: z.string(),
    entityId: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    ip: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'AuditEntry' });

export const listAudit = endpoint({
  id: 'audit.list',
  method: 'GET',
  path: '/api/audit',
  summary: 'Changes, newest first',
  access: 'admin',
  query: pageQuery.extend({
    entityKind: z.string().max(40).optional(),
    entityId: z.string().max(60).optional(),
    actor: userId.optional(),
  }),
  output: pageOf(auditEntry),
});
