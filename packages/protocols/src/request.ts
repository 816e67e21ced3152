// What the relay reads of a request body, whatever its dialect, and what is wrong with a body it can't take.

import { CONVERSATION_FIELDS } from './conversation-prefix.ts';
import { isRecord, type JsonRecord, parseJson } from './json.ts';
import { type Span, scanTopLevel, type TopLevel } from './json-scan.ts';

export type RequestFacts = {
  readonly model: string;
  readonly stream: boolean;
  /** Largest answer the client allows, in tokens; null when it names none. */
  readonly maxOutputTokens: number | null;
  /** Chat only: how many answers are asked for at once, each of them that large; absent: one. */
  readonly choices?: number;
  /** Chat only: the client asked for the usage chunk. */
  readonly includeUsage: boolean;
  /** What ties requests of one conversation together, when the client says. */
  readonly sessionHint: string | null;
  /** Where what was read, and the conversation where there is one, stand in the body; absent when nothing was read. */
  readonly layout?: TopLevel;
  /** Responses only: the response this one continues, and whether the upstream keeps this one. */
  readonly chain?: { readonly previousId: string | null; readonly stored: boolean };
};

/** Why a body can't be taken; `param` is the field, when it is one. */
export type RequestProblem = { readonly problem: string; readonly param: string | null };

export type Fields = {
  /** The wanted fields of a body, parsed; those missing are absent. */
  readonly values: JsonRecord;
  /** Where they, and those that were only noted, stand. */
  readonly layout: TopLevel;
};

export function isProblem(value: object): value is RequestProblem {
  return 'problem' in value;
}

/**
 * Picks `wanted` top-level fields out of a body, and parses only them. A body that has one of them twice is a problem:
 * which of the two counts is up to each reader, so the upstream might do what was not checked.
 * @param noted fields that are only looked for; usually those that have the conversation
 */
export function pickFields(
  body: Buffer,
  wanted: ReadonlySet<string>,
  noted: ReadonlySet<string> = CONVERSATION_FIELDS,
): Fields | RequestProblem {
  const found = scanTopLevel(body, wanted, noted);
  if (found === null) return problemOf(body);
  const { doubled } = found;
  if (doubled !== null) return { problem: `The field '${doubled}' is there more than once.`, param: doubled };
  const values: Record<string, unknown> = {};
  for (const [name, span] of found.fields) {
    if (!wanted.has(name)) continue;
    const value = parseSpan(body, span);
    if (value === undefined) return { problem: `The value of '${name}' is not valid JSON.`, param: name };
    values[name] = value;
  }
  return { values, layout: found };
}

/** The commonest short values are read off their bytes: `true`, `false`, whole numbers of up to nine digits, plain texts. */
function parseSpan(body: Buffer, span: Span): unknown {
  const { start, end } = span;
  if (end - start === 4 && body.readUInt32BE(start) === TRUE) return true;
  if (end - start === 5 && body.readUInt32BE(start) === FALS && body[start + 4] === 0x65) return false;
  const digits = wholeNumber(body, span);
  if (digits >= 0) return digits;
  if (isPlainText(body, span)) return body.toString('latin1', start + 1, end - 1);
  return parseJson(body.toString('utf8', span.start, span.end));
}

const TRUE = 0x74727565;
const FALS = 0x66616c73;

const LONGEST_PLAIN = 200;

/** A short text in quotes that stands for itself: printable ASCII, nothing escaped. */
function isPlainText(body: Buffer, { start, end }: Span): boolean {
  if (body[start] !== 0x22 || body[end - 1] !== 0x22 || end - start < 2 || end - start > LONGEST_PLAIN)
    return false;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = body[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === 0x5c || byte === 0x22) return false;
  }
  return true;
}

/** -1 for anything but one to nine digits without a leading zero. */
function wholeNumber(body: Buffer, { start, end }: Span): number {
  if (end - start > 9 || body[start] === 0x30) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (body[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function problemOf(body: Buffer): RequestProblem {
  if (body.length === 0)
    return { problem: 'The request body is empty; a JSON object is expected.', param: null };
  try {
    const parsed: unknown = JSON.parse(body.toString());
    const problem = isRecord(parsed) ? 'can not be read' : 'must be a JSON object';
    return { problem: `The request body ${problem}.`, param: null };
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : '';
    return { problem: `The request body is not valid JSON: ${detail}`, param: null };
  }
}

// Control characters and half surrogate pairs: no model has one in its name, and no database stores all of them.
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** Checks `model`: a text of 1 to 256 characters that can be printed. */
export function checkModel(values: JsonRecord): RequestProblem | null {
  const model = values.model;
  if (model === undefined) return { problem: "The field 'model' is missing.", param: 'model' };
  if (typeof model !== 'string') return { problem: "The field 'model' must be a string.", param: 'model' };
  if (model.length === 0 || model.length > 256) {
    return { problem: "The field 'model' must have 1 to 256 characters.", param: 'model' };
  }
  if (UNPRINTABLE.test(model)) {
    return { problem: "The field 'model' must not contain control characters.", param: 'model' };
  }
  return null;
}

/** Checks that a field, when sent and not null, is a boolean. */
export function checkBoolean(values: JsonRecord, name: string): RequestProblem | null {
  const value = values[name];
  if (value === undefined || value === null || typeof value === 'boolean') return null;
  return { problem: `The field '${name}' must be a boolean.`, param: name };
}

/** Checks that a field, when sent and not null, is a positive whole number. */
export function checkCount(values: JsonRecord, name: string): RequestProblem | null {
  const value = values[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return null;
  return { problem: `The field '${name}' must be a positive integer.`, param: name };
}

/** Checks that a field, when sent, is a list. */
export function checkList(values: JsonRecord, name: string): RequestProblem | null {
  const value = values[name];
  if (value === undefined) return { problem: `The field '${name}' is missing.`, param: name };
  return Array.isArray(value) ? null : { problem: `The field '${name}' must be a list.`, param: name };
}
