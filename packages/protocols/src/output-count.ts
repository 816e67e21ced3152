// Counts the text of an answer while it passes, for an estimate where a provider reports no usage; nothing is parsed.
import { skipNested } from './json-scan.ts';

const DELTA = Buffer.from('"delta"');
/** Keys whose texts are output in any dialect. Frames, ids, signatures, citations and results of server tools are not. */
const TEXT_KEYS = keysByLength([
  'text',
  'content',
  'refusal',
  'thinking',
  'arguments',
  'reasoning',
  'partial_json',
  'reasoning_content',
]);
/** Arguments that a JSON answer carries as an object. */
const OBJECT_KEY = keysByLength(['input']);
/** What `reasoning` says once more, piece by piece (OpenRouter), and what tools of the provider found (Groq, OpenRouter). */
const NO_OUTPUT = keysByLength(['reasoning_details', 'executed_tools', 'annotations']);
/** No further delta fits into so few bytes. */
const SHORTEST_REST = 64;
/** What stands before an event's delta, from the delta before it; with another event between them it would be more. */
const LONGEST_GAP = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const SPACE = 0x20;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export class OutputCount {
  /** UTF-8 bytes of text. */
  #bytes = 0;
  /** Deltas that brought text. */
  #deltas = 0;
  /** Where the first delta of the last run stood: the frames of a stream hardly differ, and looking there is cheaper than searching. */
  #usualAt = 0;

  /** Takes a run of whole events of a stream. @returns whether it is nothing but deltas that bring text, as most runs are */
  takeEvents(events: Buffer): boolean {
    let at = this.#firstDelta(events);
    let plain = at !== -1 && at <= LONGEST_GAP;
    while (at !== -1) {
      at += DELTA.length;
      const before = this.#bytes;
      // Inside a text its quotes would be escaped: this is a key, or else a value that no colon follows.
      if (isKey(events, at)) at = this.#value(events, at + 1);
      if (this.#bytes > before) this.#deltas++;
      else plain = false;
      if (events.length - at < SHORTEST_REST) break;
      const next = events.indexOf(DELTA, at);
      if (next === -1 || next - at > LONGEST_GAP) plain = false;
      at = next;
    }
    return plain;
  }

  #firstDelta(events: Buffer): number {
    if (startsAt(events, this.#usualAt, DELTA)) return this.#usualAt;
    const at = events.indexOf(DELTA);
    if (at !== -1) this.#usualAt = at;
    return at;
  }

  /** Takes a JSON answer, or the part of it that came. */
  takeBody(body: Buffer): void {
    this.#value(body, 0);
  }

  /** Most providers send a delta for each token, and their number is exact; of larger ones the size counts. */
  tokens(bytesPerToken: number): number {
    return Math.max(this.#deltas, Math.ceil(this.#bytes / bytesPerToken));
  }

  /** Adds up the texts of the value that begins at or after `from`; gives the index after it. */
  #value(json: Buffer, from: number): number {
    const { length } = json;
    let at = from;
    let depth = 0;
    let wanted = true;
    while (at < length) {
      const byte = json[at];
      if (byte === QUOTE) {
        const start = at + 1;
        at = stringEnd(json, start);
        if (depth > 0 && isKey(json, at + 1)) {
          wanted = isOneOf(TEXT_KEYS[at - start], json, start);
          if (!wanted) at = this.#whole(json, start, at);
        } else if (wanted) this.#bytes += at - start - escaped(json, start, at);
        if (depth === 0) return at + 1;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth <= 0) return at + 1;
      at++;
    }
    return at;
  }

  /** Steps over the object or list of a key that counts as a whole, or not at all; gives the index of its last byte. */
  #whole(json: Buffer, start: number, end: number): number {
    const counts = isOneOf(OBJECT_KEY[end - start], json, start);
    if (!counts && !isOneOf(NO_OUTPUT[end - start], json, start)) return end;
    let open = end + 1;
    while (json[open] === SPACE || json[open] === COLON) open++;
    if (json[open] !== OPEN_BRACE && json[open] !== OPEN_BRACKET) return end;
    const after = skipNested(json, open);
    const close = after === -1 ? json.length : after;
    if (counts) this.#bytes += close - open;
    return close - 1;
  }
}

/** Index of the closing quote of the string whose first byte stands at `from`, or the end of the bytes. */
function stringEnd(json: Buffer, from: number): number {
  const { length } = json;
  let at = from;
  while (at < length) {
    const byte = json[at];
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return length;
}

/** Bytes that escapes add to a text: `\n` stands for one, `\u4e2d` for three. */
function escaped(json: Buffer, from: number, end: number): number {
  let more = 0;
  for (let at = from; at < end; at++) {
    if (json[at] !== BACKSLASH) continue;
    more += json[at + 1] === LOWER_U ? 3 : 1;
    at++;
  }
  return more;
}

function isKey(json: Buffer, after: number): boolean {
  let at = after;
  while (json[at] === SPACE) at++;
  return json[at] === COLON;
}

type KeyTable = readonly (readonly Buffer[] | undefined)[];

/** @param keys those as long as the key that begins at `start`. */
function isOneOf(keys: readonly Buffer[] | undefined, json: Buffer, start: number): boolean {
  if (keys === undefined) return false;
  for (const key of keys) if (startsAt(json, start, key)) return true;
  return false;
}

function startsAt(bytes: Buffer, from: number, wanted: Buffer): boolean {
  const { length } = wanted;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}

function keysByLength(keys: readonly string[]): KeyTable {
  const longest = Math.max(...keys.map((key) => key.length));
  return Array.from({ length: longest + 1 }, (_, length) => {
    const some = keys.filter((key) => key.length === length).map((key) => Buffer.from(key));
    return some.length === 0 ? undefined : some;
  });
}
