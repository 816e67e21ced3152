// Which headers cross the relay: deny lists in both directions, everything else goes through.
import type { IncomingHttpHeaders } from 'node:http';
import type { ChannelType } from '@api-proxy/protocols/protocol';
import type { Channel, ChannelKey } from './snapshot.ts';

/** RFC 9110 §7.6.1, and older names. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const NOT_UPSTREAM: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'cookie',
  'authorization',
  'x-api-key',
  'api-key',
  // They go with the caller's own credential: beside the channel's, upstreams answer 401.
  'openai-organization',
  'openai-project',
  'chatgpt-account-id',
  'x-goog-api-key',
  'x-goog-user-project',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'expect',
  'forwarded',
  'via',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-request-id',
]);
const NOT_UPSTREAM_PREFIX = ['x-forwarded-', 'x-relay-'];

const NOT_CLIENT: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'set-cookie',
  'server',
  'via',
  'date',
  'alt-svc',
  'nel',
  'report-to',
  'strict-transport-security',
  'x-powered-by',
  'content-encoding',
  'content-length',
  'cf-ray',
  'cf-cache-status',
  'openai-organization',
  'openai-project',
  'anthropic-organization-id',
  'x-accel-buffering',
]);

/** Anthropic refuses requests without a version; this is the one its SDKs send. */
const ANTHROPIC_VERSION = '2023-06-01';

/** Headers towards an upstream, flat (`name, value, …`); names in lower case. */
export function upstreamHeaders(from: IncomingHttpHeaders, channel: Channel, key: ChannelKey): string[] {
  const listed = namedByConnection(from.connection);
  const flat: string[] = [];
  for (const name in from) {
    const value = from[name];
    if (value === undefined || NOT_UPSTREAM.has(name) || listed?.has(name)) continue;
    if (name.charCodeAt(0) === 0x78 && NOT_UPSTREAM_PREFIX.some((prefix) => name.startsWith(prefix)))
      continue;
    if (Object.hasOwn(channel.extraHeaders, name)) continue;
    flat.push(name, typeof value === 'string' ? value : value.join(', '));
  }
  flat.push('accept-encoding', 'identity');
  pushCredential(flat, channel.type, key);
  if (channel.type === 'claude' && from['anthropic-version'] === undefined) {
    flat.push('anthropic-version', ANTHROPIC_VERSION);
  }
  if (from['content-type'] === undefined) flat.push('content-type', 'application/json');
  for (const name in channel.extraHeaders) flat.push(name, channel.extraHeaders[name] ?? '');
  return flat;
}

/** The credential in the form its family of upstream expects. */
export function pushCredential(flat: string[], type: ChannelType, key: ChannelKey): void {
  switch (type) {
    case 'claude':
      flat.push('x-api-key', key.secret.reveal());
      return;
    case 'openai':
      flat.push('authorization', `Bearer ${key.secret.reveal()}`);
      return;
  }
}

/** Appends an upstream's headers that a client may see; its `x-request-id` goes by another name, as that one is the relay's. */
export function pushClientHeaders(flat: string[], from: IncomingHttpHeaders): void {
  const listed = namedByConnection(typeof from.connection === 'string' ? from.connection : undefined);
  for (const name in from) {
    const value = from[name];
    if (value === undefined || NOT_CLIENT.has(name) || listed?.has(name)) continue;
    const shown = name === 'x-request-id' ? 'x-upstream-request-id' : name;
    flat.push(shown, typeof value === 'string' ? value : value.join(', '));
  }
}

/** Of an upstream's answer, also where the relay words the error itself: its id, and what is left of its limits. */
const ABOUT_ANSWER = /^(?:(?:x-)?request-id|(?:anthropic|x)-ratelimit-.+)$/;
/** With `retry-after` these say when to come back: the relay knows better, as other channels may serve. */
const COME_BACK: ReadonlySet<string> = new Set([
  'anthropic-ratelimit-unified-status',
  'anthropic-ratelimit-unified-reset',
]);

/** Appends what an error of the relay's own keeps of the upstream's last answer. */
export function pushAnswerFacts(flat: string[], from: IncomingHttpHeaders): void {
  const kept = Object.entries(from).filter(([name]) => ABOUT_ANSWER.test(name) && !COME_BACK.has(name));
  pushClientHeaders(flat, Object.fromEntries(kept));
}

/** The headers every event stream is sent with, so that nothing on the way stores or buffers it. */
export const EVENT_STREAM_HEADERS: readonly string[] = [
  'cache-control',
  'no-cache, no-transform',
  'x-accel-buffering',
  'no',
];

function namedByConnection(value: string | undefined): ReadonlySet<string> | null {
  if (value === undefined || value === 'keep-alive' || value === 'close') return null;
  return new Set(value.split(',').map((name) => name.trim().toLowerCase()));
}
