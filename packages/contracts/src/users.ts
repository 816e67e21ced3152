// Users: oneself, and the administration of all.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { locale, role, userStatus } from './enums.ts';
import {
  done,
  instant,
  limit,
  pageOf,
  pageQuery,
  searchText,
  shortText,
  usd,
  usdNotNegative,
  userId,
} from './primitives.ts';
import { windowQuota, windowQuotas } from './quotas.ts';

export const balance = z.object({
  /** Granted in total; null: no quota record, every call is refused with 402. */
  quotaUsd: usdNotNegative.nullable(),
  usedUsd: usdNotNegative,
  /** Granted minus used; null without a quota record. */
  remainingUsd: usd.nullable(),
});

export const userLimits = z.object({ rpm: limit, tpm: limit, maxConcurrency: limit });

export const user = z
  .object({
    id: userId,
    name: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    role,
    status: userStatus,
    locale: locale.nullable(),
    note: z.string(),
    limits: userLimits,
    /** What may be spent per window with all keys together; the balance holds too. */
    quotas: z.array(windowQuota),
    /** Factor on every cost as a decimal text, `"1"` = list price. */
    multiplier: z.string(),
    balance,
    keyCount: z.int(),
    lastSeenAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const me = user.omit({ note: true, keyCount: true }).meta({ id: 'Me' });
export type Me = z.infer<typeof me>;

const password = z.string().min(8).max(128);
const email = z.email().max(254);
const multiplier = z.string().regex(/^\d{1,3}(\.\d{1,6})?$/, { error: 'a factor such as 1 or 0.85' });

export const userCreate = z.strictObject({
  name: shortText(80),
  email,
  password,
  role: role.default('user'),
  quotaUsd: usdNotNegative.optional(),
  note: z.string().max(2_000).default(''),
});
export type UserCreate = z.input<typeof userCreate>;

export const userUpdate = z.strictObject({
  name: shortText(80).optional(),
  email: email.optional(),
  role: role.optional(),
  status: userStatus.optional(),
  note: z.string().max(2_000).optional(),
  limits: userLimits.partial().optional(),
  multiplier: multiplier.optional(),
  quotas: windowQuotas.optional(),
});
export type UserUpdate = z.input<typeof userUpdate>;

export const quotaChange = z.strictObject({
  /** Signed: `"10"` grants ten dollars, `"-2.5"` takes back. */
  amountUsd: usd.refine((text) => Number(text) !== 0, { error: 'must not be zero' }),
  note: z.string().trim().max(500).default(''),
});

export const meUpdate = z.strictObject({
  name: shortText(80).optional(),
  locale: locale.nullable().optional(),
});

const params = z.object({ userId });

export const getMe = endpoint({
  id: 'me.get',
  method: 'GET',
  path: '/api/me',
  summary: 'The signed-in user with balance',
  access: 'user',
  output: me,
});

export const updateMe = endpoint({
  id: 'me.update',
  method: 'PATCH',
  path: '/api/me',
  summary: 'Change own name or language',
  access: 'user',
  body: meUpdate,
  output: me,
});

export const listUsers = endpoint({
  id: 'users.list',
  method: 'GET',
  path: '/api/users',
  summary: 'Users, newest first',
  access: 'admin',
  query: pageQuery.extend({ search: searchText, role: role.optional(), status: userStatus.optional() }),
  output: pageOf(user),
});

export const getUser = endpoint({
  id: 'users.get',
  method: 'GET',
  path: '/api/users/{userId}',
  summary: 'One user',
  access: 'admin',
  params,
  output: user,
});

export const createUser = endpoint({
  id: 'users.create',
  method: 'POST',
  path: '/api/users',
  summary: 'Create a user',
  access: 'admin',
  body: userCreate,
  output: user,
  errors: ['email_taken'],
});

export const updateUser = endpoint({
  id: 'users.update',
  method: 'PATCH',
  path: '/api/users/{userId}',
  summary: 'Change name, address, role, status, limits, spending limits or factor',
  access: 'admin',
  params,
  body: userUpdate,
  output: user,
  errors: ['last_super_admin', 'email_taken'],
});

export const deleteUser = endpoint({
  id: 'users.delete',
  method: 'DELETE',
  path: '/api/users/{userId}',
  summary: 'Delete a user with keys and sessions; the ledger and the log stay',
  access: 'admin',
  params,
  output: done,
  errors: ['last_super_admin'],
});

export const resetPassword = endpoint({
  id: 'users.resetPassword',
  method: 'POST',
  path: '/api/users/{userId}/password',
  summary: 'Set a new password and end all sessions of that user',
  access: 'admin',
  params,
  body: z.strictObject({ password }),
  output: done,
});

export const changeQuota = endpoint({
  id: 'users.changeQuota',
  method: 'POST',
  path: '/api/users/{userId}/quota',
  summary: 'Grant quota or take it back; written to the ledger',
  access: 'admin',
  params,
  body: quotaChange,
  output: balance,
});
