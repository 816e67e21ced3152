// Channels: upstream endpoints with their credentials. Secrets go in, never out.
import { isExtraName, isExtraValue } from '@api-proxy/kit/extra-header';
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { channelKeyStatus, channelSpeaks, channelState, channelType } from './enums.ts';
import { channelId, channelKeyId, done, instant, shortText } from './primitives.ts';

const timeoutMs = z.int().min(100).max(3_600_000).nullable();
const modelName = z.string().trim().min(1).max(200);
const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: 'a header name' });
const headers = z.record(headerName, z.string().max(2_000));
const extraHeaders = headers.superRefine((given, context) => {
  for (const [name, value] of Object.entries(given)) {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (!isExtraName(name)) refuse(`the header '${name}' is the relay's own matter and can not be set`);
    else if (!isExtraValue(value))
      refuse(`the value of '${name}' has characters that a header can not carry`);
  }
});

/** What its upstream says against a credential; `at` is when. */
export const keyComplaint = z.object({
  kind: z.enum(['key_rejected', 'quota_exhausted']),
  /** The upstream's; null: none. */
  status: z.int().nullable(),
  at: instant,
});
export type KeyComplaint = z.infer<typeof keyComplaint>;

export const channelKey = z.object({
  id: channelKeyId,
  lastFour: z.string(),
  status: channelKeyStatus,
  statusReason: z.string().nullable(),
  complaint: keyComplaint.nullable(),
  /** Paused until then; null: not cooling. */
  coolingUntil: instant.nullable(),
});

/** What is seen of a channel while it works. */
export const channelLive = z.object({
  state: channelState,
  coolingUntil: instant.nullable(),
  /** Why it is not healthy, or the last error. */
  reason: z.string().nullable(),
  inFlight: z.int(),
  requests24h: z.int(),
  errorRate24h: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
});

const fields = {
  name: shortText(80),
  type: channelType,
  baseUrl: z.url({ protocol: /^https?$/, error: 'an http or https address' }).max(500),
  models: z.array(modelName).max(1_000),
  speaks: channelSpeaks,
  weight: z.int().min(0).max(1_000_000),
  priority: z.int().min(-1_000).max(1_000),
  maxConcurrency: z.int().min(1).max(1_000_000).nullable(),
  enabled: z.boolean(),
  extraHeaders,
  proxyUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable(),
  /** Offer HTTP/2 where the upstream is reached by https; it decides, as ever, in the TLS handshake. */
  http2: z.boolean(),
  connectTimeoutMs: timeoutMs,
  firstByteTimeoutMs: timeoutMs,
  idleTimeoutMs: timeoutMs,
  onClientGone: z.enum(['abort', 'drain']),
  healthModel: modelName.nullable(),
  healthIntervalS: z.int().min(10).max(86_400).nullable(),
  /** Public model name → name on this channel. */
  renames: z.record(modelName, modelName),
  note: z.string().max(2_000),
};

/** Result of one small call. */
export const channelTest = z
  .object({
    ok: z.boolean(),
    model: z.string(),
    status: z.int().nullable(),
    firstByteMs: z.int().nullable(),
    durationMs: z.int(),
    /** What came back, capped. */
    answer: z.string().nullable(),
    error: z.string().nullable(),
    at: instant,
  })
  .meta({ id: 'ChannelTest' });
export type ChannelTest = z.infer<typeof channelTest>;

/** A test as its channel's history has it. */
export const keptTest = channelTest.extend({ kind: z.enum(['manual', 'scheduled']) });
export type KeptTest = z.infer<typeof keptTest>;

export const channel = z
  .object({
    id: channelId,
    ...fields,
    /** As stored: some that are refused by now are left out of what is sent. */
    extraHeaders: headers,
    keys: z.array(channelKey),
    live: channelLive,
    /** Null: never tested. */
    lastTest: keptTest.nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Channel' });
export type Channel = z.infer<typeof channel>;

/** `id` of a stored key keeps its secret; `secret` adds a key or replaces that one's; keys left out are removed. */
const keyInput = z.union([
  z.strictObject({
    id: channelKeyId,
    status: z.enum(['active', 'disabled']).optional(),
    secret: z.string().trim().min(1).max(4_000).optional(),
  }),
  z.strictObject({ secret: z.string().trim().min(1).max(4_000) }),
]);

export const channelCreate = z.strictObject({
  name: fields.name,
  type: fields.type,
  baseUrl: fields.baseUrl,
  keys: z
    .array(z.strictObject({ secret: z.string().trim().min(1).max(4_000) }))
    .min(1)
    .max(100),
  models: fields.models.default(['*']),
  speaks: fields.speaks.default('auto'),
  weight: fields.weight.default(1),
  priority: fields.priority.default(0),
  maxConcurrency: fields.maxConcurrency.default(null),
  enabled: fields.enabled.default(true),
  extraHeaders: fields.extraHeaders.default({}),
  proxyUrl: fields.proxyUrl.default(null),
  http2: fields.http2.default(false),
  connectTimeoutMs: timeoutMs.default(null),
  firstByteTimeoutMs: timeoutMs.default(null),
  idleTimeoutMs: timeoutMs.default(null),
  onClientGone: fields.onClientGone.default('abort'),
  healthModel: fields.healthModel.default(null),
  healthIntervalS: fields.healthIntervalS.default(null),
  renames: fields.renames.default({}),
  note: fields.note.default(''),
});
export type ChannelCreate = z.input<typeof channelCreate>;

export const channelUpdate = z.strictObject({ ...fields, keys: z.array(keyInput).min(1).max(100) }).partial();
export type ChannelUpdate = z.input<typeof channelUpdate>;

const params = z.object({ channelId });

export const listChannels = endpoint({
  id: 'channels.list',
  method: 'GET',
  path: '/api/channels',
  summary: 'All channels with their live state',
  access: 'admin',
  output: z.object({ items: z.array(channel) }),
});

export const getChannel = endpoint({
  id: 'channels.get',
  method: 'GET',
  path: '/api/channels/{channelId}',
  summary: 'One channel',
  access: 'admin',
  params,
  output: channel,
});

export const createChannel = endpoint({
  id: 'channels.create',
  method: 'POST',
  path: '/api/channels',
  summary: 'Add a channel',
  access: 'admin',
  body: channelCreate,
  output: channel,
  errors: ['name_taken'],
});

export const updateChannel = endpoint({
  id: 'channels.update',
  method: 'PATCH',
  path: '/api/channels/{channelId}',
  summary: 'Change a channel; what is left out stays',
  access: 'admin',
  params,
  body: channelUpdate,
  output: channel,
  errors: ['name_taken'],
});

export const deleteChannel = endpoint({
  id: 'channels.delete',
  method: 'DELETE',
  path: '/api/channels/{channelId}',
  summary: 'Delete a channel; its log rows stay',
  access: 'admin',
  params,
  output: done,
});

export const copyChannel = endpoint({
  id: 'channels.copy',
  method: 'POST',
  path: '/api/channels/{channelId}/copy',
  summary: 'Make a disabled copy with the same settings and credentials',
  access: 'admin',
  params,
  body: z.strictObject({ name: fields.name }),
  output: channel,
  errors: ['name_taken'],
});

export const testChannel = endpoint({
  id: 'channels.test',
  method: 'POST',
  path: '/api/channels/{channelId}/test',
  summary: 'Send one small call and tell what came back',
  access: 'admin',
  params,
  body: z.strictObject({ model: modelName.optional() }),
  output: channelTest,
});

export const testAllChannels = endpoint({
  id: 'channels.testAll',
  method: 'POST',
  path: '/api/channels/test-all',
  summary: 'Send one small call to every channel in use, or to those that are named, a few at a time',
  access: 'admin',
  body: z.strictObject({ channelIds: z.array(channelId).min(1).max(100).optional() }),
  output: z.object({ items: z.array(channelTest.extend({ channelId })) }),
});

export const listChannelTests = endpoint({
  id: 'channels.tests',
  method: 'GET',
  path: '/api/channels/{channelId}/tests',
  summary: 'The last tests of a channel, newest first',
  access: 'admin',
  params,
  output: z.object({ items: z.array(keptTest) }),
});

export const clearCooldown = endpoint({
  id: 'channels.clearCooldown',
  method: 'POST',
  path: '/api/channels/{channelId}/clear-cooldown',
  summary: 'Let a cooling channel be used at once',
  access: 'admin',
  params,
  output: done,
});

/** An unsaved channel, as the form has it; `channelId` with no secret uses the stored one. */
export const draftChannel = z.strictObject({
  type: fields.type,
  baseUrl: fields.baseUrl,
  secret: z.string().trim().min(1).max(4_000).optional(),
  channelId: channelId.optional(),
  extraHeaders: fields.extraHeaders.default({}),
  proxyUrl: fields.proxyUrl.default(null),
  http2: fields.http2.default(false),
});

export const listUpstreamModels = endpoint({
  id: 'channels.upstreamModels',
  method: 'POST',
  path: '/api/channels/upstream-models',
  summary: 'Ask an upstream for the models it offers, also before the channel is saved',
  access: 'admin',
  body: draftChannel,
  output: z.object({ models: z.array(z.string()) }),
  errors: ['upstream_failed'],
});
