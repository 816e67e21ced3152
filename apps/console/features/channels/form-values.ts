// What the channel form holds, and how it becomes the body of a create or an update.
import {
  type Channel,
  type ChannelCreate,
  type ChannelUpdate,
  channelCreate,
  keyComplaint,
} from '@api-proxy/contracts/channels';
import { channelKeyStatus } from '@api-proxy/contracts/enums';
import { z } from 'zod';
import type { Pair } from '@/components/form/pairs-field';
import { PRESETS } from './presets';

const pairs = z.array(z.object({ name: z.string().trim(), value: z.string().trim() }));

function recordOf(rows: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    rows.filter(({ name, value }) => name !== '' || value !== '').map(({ name, value }) => [name, value]),
  );
}

function pairsOf(record: Record<string, string>): Pair[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

/** A credential the server has: only its last four characters are known here. `secret`, when typed, replaces it. */
const storedKey = z.object({
  id: z.string(),
  lastFour: z.string(),
  status: channelKeyStatus,
  statusReason: z.string().nullable(),
  complaint: keyComplaint.nullable(),
  secret: z.string().trim(),
});
export type StoredKey = z.infer<typeof storedKey>;

const fields = channelCreate.omit({ keys: true, extraHeaders: true, renames: true }).extend({
  extraHeaders: pairs.transform(recordOf).pipe(channelCreate.shape.extraHeaders.unwrap()),
  renames: pairs.transform(recordOf).pipe(channelCreate.shape.renames.unwrap()),
  storedKeys: z.array(storedKey),
  /** One credential per line. */
  newKeys: z.string().trim(),
});

/** A channel needs a credential: a new one, or one that is kept. */
export const channelForm = fields.check((context) => {
  const { storedKeys, newKeys } = context.value;
  if (storedKeys.length === 0 && newKeys === '')
    context.issues.push({ code: 'custom', path: ['newKeys'], input: newKeys });
});
/** As above, with the field itself required, so that the first attempt to save already tells. */
export const newChannelForm = fields.extend({ newKeys: z.string().trim().min(1) });

export type ChannelFormInput = z.input<typeof channelForm>;
export type ChannelFormValues = z.output<typeof channelForm>;

/** The form for a channel, or for a new one. */
export function formOf(channel: Channel | null): ChannelFormInput {
  if (channel === null) return emptyForm();
  const { id: _id, keys, live: _live, createdAt: _created, updatedAt: _updated, ...rest } = channel;
  return {
    ...rest,
    extraHeaders: pairsOf(rest.extraHeaders),
    renames: pairsOf(rest.renames),
    storedKeys: keys.map(({ id, lastFour, status, statusReason, complaint }) => ({
      id,
      lastFour,
      status,
      statusReason,
      complaint,
      secret: '',
    })),
    newKeys: '',
  };
}

function emptyForm(): ChannelFormInput {
  return {
    name: '',
    type: 'claude',
    baseUrl: PRESETS.claude[0]?.baseUrl ?? '',
    models: ['*'],
    speaks: 'auto',
    weight: 1,
    priority: 0,
    maxConcurrency: null,
    enabled: true,
    proxyUrl: null,
    http2: false,
    connectTimeoutMs: null,
    firstByteTimeoutMs: null,
    idleTimeoutMs: null,
    onClientGone: 'abort',
    healthModel: null,
    healthIntervalS: null,
    note: '',
    extraHeaders: [],
    renames: [],
    storedKeys: [],
    newKeys: '',
  };
}

/** The credentials in a text with one per line, each once. */
export function secretsIn(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[\s,;]+/)
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ];
}

/** The body that creates the channel. */
export function createBody(values: ChannelFormValues): ChannelCreate {
  const { storedKeys: _stored, newKeys, ...rest } = values;
  return { ...rest, keys: secretsIn(newKeys).map((secret) => ({ secret })) };
}

/**
 * The body that makes the stored channel what the form says; credentials left out of it are removed. The status of a
 * credential goes along only where it was changed here: it may have been rejected since the form was opened.
 */
export function updateBody(values: ChannelFormValues, channel: Channel): ChannelUpdate {
  const { storedKeys, newKeys, ...rest } = values;
  const before = new Map(channel.keys.map(({ id, status }) => [id, status]));
  return {
    ...rest,
    keys: [
      ...storedKeys.map(({ id, status, secret }) => ({
        id,
        ...(status === 'rejected' || status === before.get(id) ? {} : { status }),
        ...(secret === '' ? {} : { secret }),
      })),
      ...secretsIn(newKeys).map((secret) => ({ secret })),
    ],
  };
}
