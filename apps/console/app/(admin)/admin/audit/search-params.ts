// The filter of the audit list in the URL.
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const KINDS = ['channel', 'model', 'price', 'user', 'key', 'giftCard', 'settings'] as const;

export const auditFilters = { kind: parseAsStringLiteral(KINDS) };
export const loadAuditPage = createLoader({ ...auditFilters, cursor: parseAsString });

/** The query of `listAudit` for what the URL says. */
export function auditQuery(page: { kind: (typeof KINDS)[number] | null; cursor: string | null }) {
  return {
    limit: 50,
    ...(page.kind === null ? {} : { entityKind: page.kind }),
    ...(page.cursor === null ? {} : { cursor: page.cursor }),
  };
}
