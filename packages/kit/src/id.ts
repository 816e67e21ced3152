// Prefixed identifiers: readable in a log, unguessable where they are public, sortable by creation.
import { randomBytes } from 'node:crypto';

export type IdPrefix =
  | 'usr'
  | 'ses'
  | 'acc'
  | 'ver'
  | 'key'
  | 'chn'
  | 'chk'
  | 'mdl'
  | 'map'
  | 'prc'
  | 'bud'
  | 'lse'
  | 'led'
  | 'gft'
  | 'gfb'
  | 'ann'
  | 'aud'
  | 'cht'
  | 'req'
  | 'att'
  | 'ntf'
  | 'wrk'
  | 'evt'
  | 'rec'
  | 'rpr';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const TIME_LENGTH = 9;
const RANDOM_LENGTH = 12;

function base36(value: number, length: number): string {
  return value.toString(36).padStart(length, '0');
}

/** `length` characters of [0-9a-z], each drawn evenly from the system's random source. */
export function randomText(length: number, alphabet: string = ALPHABET): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < limit && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}

/** A new id such as `usr_0mcz3k1x2` + 12 random characters; ids made later sort later (to the millisecond). */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  return `${prefix}_${base36(nowMs, TIME_LENGTH)}${randomText(RANDOM_LENGTH)}`;
}

/**
 * A generator for ids on the hot path: a random boot prefix and a counter, no random draw per id.
 * Unique across processes by the 10 random characters (51 bits) drawn once.
 */
export function idSequence(prefix: IdPrefix, nowMs: number = Date.now()): () => string {
  const boot = `${prefix}_${base36(nowMs, TIME_LENGTH)}${randomText(10)}`;
  let count = 0;
  return () => `${boot}${base36(count++, 6)}`;
}
