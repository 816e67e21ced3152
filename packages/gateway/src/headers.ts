// Which headers cross the relay: deny lists in both directions, everything else goes through.
import type { IncomingHttpHeaders } from 'node:http';
import { isExtraName, isExtraValue } from '@api-proxy/kit/extra-header';
import type { ChannelType } from '@api-proxy/protocols/protocol';
import type { Exchange } from './exchange.ts';
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
  'http2-settings',
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
  'x-upstream-request-id',
]);
/** The relay's own names: an upstream that is one itself says there what its operator has left. */
const NOT_CLIENT_PREFIX = ['x-relay-', 'x-quota-'];

/** Anthropic refuses requests without a version; this is the one its SDKs send. */
const ANTHROPIC_VERSION = '2023-06-01';

/** The form in which each family of upstreams expects the credential. */
const CREDENTIAL: Readonly<Record<ChannelType, { readonly name: string; readonly scheme: string }>> = {
  claude: { name: 'x-api-key', scheme: '' },
  openai: { name: 'authorization', scheme: 'Bearer ' },
};

/** Headers towards an upstream, flat (`name, value, …`); names in lower case, each once. */
export function upstreamHeaders(from: IncomingHttpHeaders, channel: Channel, key: ChannelKey): string[] {
  const listed = namedByConnection(from.connection);
  const extra = extraOf(channel);
  const own = extra?.names;
  const flat: string[] = [];
  for (const name in from) {
    const value = from[name];
    if (value === undefined || NOT_UPSTREAM.has(name) || listed?.has(name) || own?.has(name)) continue;
    if (beginsWithOne(name, NOT_UPSTREAM_PREFIX)) continue;
    flat.push(name, typeof value === 'string' ? value : value.join(', '));
  }
  flat.push('accept-encoding', 'identity');
  const { name, scheme } = CREDENTIAL[channel.type];
  if (!own?.has(name)) flat.push(name, scheme + key.secret.reveal());
  if (channel.type === 'claude' && !own?.has('anthropic-version') && lacks(from, 'anthropic-version', listed))
    flat.push('anthropic-version', ANTHROPIC_VERSION);
  if (!own?.has('content-type') && lacks(from, 'content-type', listed))
    flat.push('content-type', 'application/json');
  if (extra !== null) for (const part of extra.flat) flat.push(part);
  return flat;
}

function lacks(from: IncomingHttpHeaders, name: string, listed: ReadonlySet<string> | null): boolean {
  return from[name] === undefined || listed?.has(name) === true;
}

type Extra = { readonly names: ReadonlySet<string>; readonly flat: readonly string[] };

const extraByChannel = new WeakMap<Channel, Extra | null>();

/** The channel's extra headers that can be sent, names in lower case; null: none. Worked out once for each channel. */
function extraOf(channel: Channel): Extra | null {
  const known = extraByChannel.get(channel);
  if (known !== undefined) return known;
  const values = new Map<string, string>();
  for (const [spelt, value] of Object.entries(channel.extraHeaders)) {
    const name = spelt.toLowerCase();
    // Earlier versions stored others, too.
    if (isExtraName(name) && isExtraValue(value)) values.set(name, value);
  }
  const made = values.size === 0 ? null : { names: new Set(values.keys()), flat: [...values].flat() };
  extraByChannel.set(channel, made);
  return made;
}

/** Appends an upstream's headers that a client may see; its `x-request-id` goes by another name, as that one is the relay's. */
export function pushClientHeaders(flat: string[], from: IncomingHttpHeaders): void {
  const listed = namedByConnection(from.connection);
  for (const name in from) {
    const value = from[name];
    if (value === undefined || NOT_CLIENT.has(name) || listed?.has(name)) continue;
    if (beginsWithOne(name, NOT_CLIENT_PREFIX)) continue;
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
  pushClientHeaders(flat, { ...Object.fromEntries(kept), connection: from.connection });
}

/** What every answer on `/v1` says of the relay: the request's id, and the relay's own time until this answer begins. */
export function ownHeaders(exchange: Exchange, sinceStartMs: number = exchange.sinceStartMs()): string[] {
  const ownMs = exchange.overheadMs(sinceStartMs);
  return ['x-request-id', exchange.requestId, 'x-relay-overhead-ms', ownMs.toFixed(2)];
}

/** The headers every event stream is sent with, so that nothing on the way stores or buffers it. */
export const EVENT_STREAM_HEADERS: readonly string[] = [
  'cache-control',
  'no-cache, no-transform',
  'x-accel-buffering',
  'no',
];

/** Its own lines, when there are several, come as an array, whatever the type says. */
function namedByConnection(value: string | readonly string[] | undefined): ReadonlySet<string> | null {
  if (value === undefined || value === 'keep-alive' || value === 'close') return null;
  return new Set(
    String(value)
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
}

/** @param prefixes all of them begin with an `x` */
function beginsWithOne(name: string, prefixes: readonly string[]): boolean {
  if (name.charCodeAt(0) !== 0x78) return false;
  for (const prefix of prefixes) if (name.startsWith(prefix)) return true;
  return false;
}
