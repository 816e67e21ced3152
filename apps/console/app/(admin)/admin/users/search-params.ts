// The filters of the user table in the URL, and whose details are open.
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const ROLES = ['super_admin', 'admin', 'user'] as const;
export const STATUSES = ['active', 'disabled'] as const;

export const userFilters = {
  search: parseAsString.withDefault(''),
  role: parseAsStringLiteral(ROLES),
  status: parseAsStringLiteral(STATUSES),
  user: parseAsString,
};

export const loadUserPage = createLoader({ ...userFilters, cursor: parseAsString });

/** The query of `listUsers` for what the URL says; the same on the server and in the browser. */
export function userQuery(page: {
  search: string;
  role: (typeof ROLES)[number] | null;
  status: (typeof STATUSES)[number] | null;
  cursor: string | null;
}) {
  return {
    limit: 50,
    ...(page.search === '' ? {} : { search: page.search }),
    ...(page.role === null ? {} : { role: page.role }),
    ...(page.status === null ? {} : { status: page.status }),
    ...(page.cursor === null ? {} : { cursor: page.cursor }),
  };
}
