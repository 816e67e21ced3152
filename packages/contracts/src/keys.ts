// Relay keys: a user's own, or anyone's for an admin. The secret is shown once, at creation.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { keyStatus } from './enums.ts';
import {
  done,
  instant,
  keyId,
  limit,
  pageOf,
  pageQuery,
  searchText,
  shortText,
  usdNotNegative,
  userId,
} from './primitives.ts';
import { windowQuota, windowQuotas } from './quotas.ts';

export const key = z
  .object({
    id: keyId,
    userId,
    userName: z.string(),
    name: z.string(),
    /** e.g. `sk-relay-Ab3x` */
    prefix: z.string(),
    lastFour: z.string(),
    status: keyStatus,
    expiresAt: instant.nullable(),
    rpm: limit,
    tpm: limit,
    maxConcurrency: limit,
    allowedModels: z.array(z.string()),
    allowedIps: z.array(z.string()),
    quotas: z.array(windowQuota),
    /** Spent with this key since it was made. */
    usedUsd: usdNotNegative,
    lastUsedAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Key' });
export type Key = z.infer<typeof key>;

const CIDR = /^[0-9a-fA-F:.]{2,45}(\/\d{1,3})?$/;

const settings = {
  expiresAt: instant.nullable(),
  rpm: limit,
  tpm: limit,
  maxConcurrency: limit,
  allowedModels: z.array(z.string().trim().min(1).max(200)).max(500),
  allowedIps: z.array(z.string().trim().regex(CIDR, { error: 'an address or a CIDR range' })).max(100),
  quotas: windowQuotas,
};

export const keyCreate = z.strictObject({
  name: shortText(80),
  expiresAt: settings.expiresAt.default(null),
  rpm: limit.default(null),
  tpm: limit.default(null),
  maxConcurrency: limit.default(null),
  allowedModels: settings.allowedModels.default([]),
  allowedIps: settings.allowedIps.default([]),
  quotas: settings.quotas.default([]),
});
export type KeyCreate = z.input<typeof keyCreate>;

export const keyUpdate = z.strictObject({ name: shortText(80), status: keyStatus, ...settings }).partial();
export type KeyUpdate = z.input<typeof keyUpdate>;

/** A key with its secret: answered once, by create and rotate. */
export const keyWithSecret = z.object({ key, secret: z.string() });

const params = z.object({ keyId });

export const listKeys = endpoint({
  id: 'keys.list',
  method: 'GET',
  path: '/api/keys',
  summary: 'Own keys, newest first; an admin may ask for another user or `all`',
  access: 'user',
  query: pageQuery.extend({ search: searchText, user: z.union([userId, z.literal('all')]).optional() }),
  output: pageOf(key),
});

export const createKey = endpoint({
  id: 'keys.create',
  method: 'POST',
  path: '/api/keys',
  summary: 'Create a key; the answer has the secret, shown this once',
  access: 'user',
  body: keyCreate,
  output: keyWithSecret,
});

export const updateKey = endpoint({
  id: 'keys.update',
  method: 'PATCH',
  path: '/api/keys/{keyId}',
  summary: 'Rename, enable, disable, or change limits',
  access: 'user',
  params,
  body: keyUpdate,
  output: key,
});

export const rotateKey = endpoint({
  id: 'keys.rotate',
  method: 'POST',
  path: '/api/keys/{keyId}/rotate',
  summary: 'Make a new secret; the old key may go on for a while',
  access: 'user',
  params,
  body: z.strictObject({ overlapMinutes: z.int().min(0).max(43_200).default(0) }),
  output: keyWithSecret,
});

export const deleteKey = endpoint({
  id: 'keys.delete',
  method: 'DELETE',
  path: '/api/keys/{keyId}',
  summary: 'Delete a key; its log rows stay',
  access: 'user',
  params,
  output: done,
});
