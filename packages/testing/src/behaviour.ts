// What the fake is told to do: a table of directives, read from the model name (`fake-gpt+429x2,delay=50`) or a header.
import { type Fault, faultOfStatus, isFaultKind } from './fault.ts';
import { isRecord, parseJson } from './json-value.ts';

export interface Behaviour {
  /** Milliseconds before the response head, before the first event, between events. */
  readonly delayMs: number;
  readonly firstMs: number;
  readonly intervalMs: number;
  /** Number of content events, bytes of each, tokens of the text: null keeps the usual short answer. */
  readonly events: number | null;
  readonly size: number | null;
  readonly tokens: number | null;
  /** Frames after which the stream stops for ever / loses its socket / ends cleanly / sends an error; null: never. */
  readonly stallAfter: number | null;
  readonly dieAfter: number | null;
  readonly truncateAfter: number | null;
  readonly errorAfter: number | null;
  /** While stalled, a keep-alive every so many milliseconds; 0: silence. */
  readonly pingMs: number;
  readonly stallHead: boolean;
  readonly reset: boolean;
  readonly truncate: boolean;
  readonly noDone: boolean;
  /** The failure to answer with, and for how many requests of this name (Infinity: always). */
  readonly fault: Fault | null;
  readonly faultTimes: number;
  readonly retryAfter: number | null;
  readonly html: boolean;
  readonly errorBytes: number;
  readonly errorIn200: boolean;
  readonly empty: boolean;
  readonly emptyAnswer: boolean;
  /** Bytes per write; 0: whole events. */
  readonly drip: number;
  readonly crlf: boolean;
  readonly echo: boolean;
  readonly thinking: boolean;
  readonly reasoning: number | null;
  /** How many tools to call: null follows the request. */
  readonly tools: number | null;
  readonly refusal: boolean;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheSplit: boolean;
  readonly usage: 'normal' | 'none' | 'every-event';
  readonly strictThinking: boolean;
}

export interface Directive {
  readonly name: string;
  /** Value used when the directive has none; null: a value must be given. */
  readonly usual: number | null;
  readonly about: string;
  /** What the directive changes in the behaviour read so far. */
  readonly apply: (value: number, before: Behaviour) => Partial<Behaviour>;
}

type NameAndUsual = readonly [name: string, usual: number | null];

function row([name, usual]: NameAndUsual, about: string, apply: Directive['apply']): Directive {
  return { name, usual, about, apply };
}

/** Every numeric directive. `<status>`, `<status>x<n>`, `error=<kind>` and `id=<text>` are read beside it. */
export const DIRECTIVES: readonly Directive[] = [
  row(['delay', null], 'ms before the response head', (n) => ({ delayMs: n })),
  row(['first', null], 'ms between head and first event', (n) => ({ firstMs: n })),
  row(['interval', null], 'ms between events', (n) => ({ intervalMs: n })),
  row(['slow', 50], 'first event after 500 ms, then one every n ms', (n) => ({
    firstMs: 500,
    intervalMs: n,
  })),
  row(['events', null], 'n content events (max_tokens no longer applies)', (n) => ({ events: n })),
  row(['size', null], 'bytes of text in each content event', (n) => ({ size: n })),
  row(['tokens', null], 'text of exactly n tokens', (n) => ({ tokens: n })),
  row(['huge', 50], 'about n MB of text in 64 KB events', (n) => ({ events: n * 16, size: 65_536 })),
  row(['stall', 4], 'n events, then silence for ever', (n) => ({ stallAfter: n })),
  row(['ping', 1000], 'keep-alives every n ms while stalled or waiting', (n) => ({ pingMs: n })),
  row(['stall-head', 1], 'never sends a response head', () => ({ stallHead: true })),
  row(['reset', 1], 'connection reset before a byte', () => ({ reset: true })),
  row(['die', 4], 'n events (JSON: half the body), then the socket is destroyed', (n) => ({ dieAfter: n })),
  row(['truncate', 1e9], 'ends cleanly without terminal event, after n events if given', (n) => ({
    truncate: true,
    truncateAfter: n,
  })),
  row(['no-done', 1], 'Chat stream without [DONE]', () => ({ noDone: true })),
  row(['error-body', 1], '200 whose body, or first event, is an error', () => ({ errorIn200: true })),
  row(['error-mid', 4], 'n events, then an error event, then the end', (n) => ({ errorAfter: n })),
  row(['retry-after', null], 'seconds in retry-after of an error', (n) => ({ retryAfter: n })),
  row(['status', null], 'status of the error given by error=', (n, before) => ({
    fault: { ...(before.fault ?? faultOfStatus(n)), status: n },
  })),
  row(['html', 1], 'errors as an HTML page, like a CDN', () => ({ html: true })),
  row(['error-size', null], 'error text padded to n bytes', (n) => ({ errorBytes: n })),
  row(['empty', 1], '200 with no body at all', () => ({ empty: true })),
  row(['empty-answer', 1], 'a well-formed answer without content', () => ({ emptyAnswer: true })),
  row(['drip', 7], 'n bytes per write, cutting anywhere', (n) => ({ drip: n })),
  row(['crlf', 1], 'SSE with CRLF line ends', () => ({ crlf: true })),
  row(['echo', 1], 'text is JSON: method, path, headers, bodySha256, bodyBytes', () => ({ echo: true })),
  row(['thinking', 1], 'thinks first, asked or not', () => ({ thinking: true })),
  row(['reasoning', 64], 'n reasoning tokens that are billed and not shown', (n) => ({ reasoning: n })),
  row(['tools', 1], 'calls n tools, invented ones if none are offered', (n) => ({ tools: n })),
  row(['parallel-tools', 2], 'calls n tools at once', (n) => ({ tools: n })),
  row(['no-tools', 0], 'calls no tool', () => ({ tools: 0 })),
  row(['refusal', 1], 'the model refuses', () => ({ refusal: true })),
  row(['cache-read', 1024], 'n more input tokens, read from cache', (n) => ({ cacheRead: n })),
  row(['cache-write', 1024], 'n more input tokens, written to cache (5 m)', (n) => ({ cacheWrite5m: n })),
  row(['cache-write-1h', 1024], 'n more input tokens, written for 1 h', (n) => ({ cacheWrite1h: n })),
  row(['no-cache-split', 1], 'usage without the 5m/1h split', () => ({ cacheSplit: false })),
  row(['no-usage', 1], 'never sends usage', () => ({ usage: 'none' })),
  row(['usage-every-event', 1], 'Chat usage in every chunk', () => ({ usage: 'every-event' })),
  row(['strict-thinking', 1], '400 for altered thinking signatures', () => ({ strictThinking: true })),
];

const BY_NAME: ReadonlyMap<string, Directive> = new Map(DIRECTIVES.map((item) => [item.name, item]));

export const USUAL: Behaviour = {
  delayMs: 0,
  firstMs: 0,
  intervalMs: 0,
  events: null,
  size: null,
  tokens: null,
  stallAfter: null,
  dieAfter: null,
  truncateAfter: null,
  errorAfter: null,
  pingMs: 0,
  stallHead: false,
  reset: false,
  truncate: false,
  noDone: false,
  fault: null,
  faultTimes: Number.POSITIVE_INFINITY,
  retryAfter: null,
  html: false,
  errorBytes: 0,
  errorIn200: false,
  empty: false,
  emptyAnswer: false,
  drip: 0,
  crlf: false,
  echo: false,
  thinking: false,
  reasoning: null,
  tools: null,
  refusal: false,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheSplit: true,
  usage: 'normal',
  strictThinking: false,
};

type Patch = Partial<Behaviour> | string;

/** What one directive changes, or the text of its problem. */
function patchOf(text: string, before: Behaviour): Patch {
  const status = /^([45]\d\d)(?:x(\d+))?$/.exec(text);
  if (status !== null) {
    const times = status[2] === undefined ? {} : { faultTimes: Number(status[2]) };
    return { fault: faultOfStatus(Number(status[1])), ...times };
  }
  const cut = text.indexOf('=');
  const name = cut < 0 ? text : text.slice(0, cut);
  const value = cut < 0 ? null : text.slice(cut + 1);
  if (name === 'id' || name === '') return {};
  if (name === 'error') return errorPatch(value ?? '', before);
  const directive = BY_NAME.get(name);
  if (directive === undefined) return `unknown directive "${name}"`;
  const amount = value === null || value === 'true' ? directive.usual : Number(value);
  if (amount === null || !Number.isFinite(amount)) return `directive "${name}" wants a number`;
  return directive.apply(amount, before);
}

function errorPatch(text: string, before: Behaviour): Patch {
  const [kind = '', times] = text.split('*');
  if (!isFaultKind(kind)) return `unknown error kind "${kind}"`;
  const status = before.fault?.status;
  const limit = times === undefined ? {} : { faultTimes: Number(times) };
  return { fault: { kind, ...(status !== undefined && { status }) }, ...limit };
}

/** The directives of a header: JSON (`{"stall":2,"429x1":true}`) or the short form (`stall=2,429x1`). */
function headerDirectives(header: string): readonly string[] {
  const json = header.trimStart().startsWith('{') ? parseJson(header) : undefined;
  if (!isRecord(json)) return header.split(/[+,]/);
  return Object.entries(json).flatMap(([name, value]) => {
    if (value === false || value === null) return [];
    return [value === true ? name : `${name}=${String(value)}`];
  });
}

export type BehaviourReading =
  | { readonly ok: true; readonly behaviour: Behaviour }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads what to do from a model name (directives follow the first `+`, separated by `,` or `+`) and from the
 * `x-fake-behaviour` header, which wins. Unknown directives are reported, not ignored.
 */
export function readBehaviour(model: string, header: string | undefined): BehaviourReading {
  let behaviour = USUAL;
  const plus = model.indexOf('+');
  const named = plus < 0 ? [] : model.slice(plus + 1).split(/[+,]/);
  const directives = [...named, ...(header === undefined ? [] : headerDirectives(header))];
  for (const text of directives) {
    const patch = patchOf(text.trim(), behaviour);
    if (typeof patch === 'string') return { ok: false, problem: patch };
    behaviour = { ...behaviour, ...patch };
  }
  return { ok: true, behaviour };
}
