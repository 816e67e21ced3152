// Ids and times of one answer, drawn from a seed: the same seed gives the same ids in the same order.
import { createHash } from 'node:crypto';

export interface Identity {
  /** Next id: `prefix` followed by `length` characters of [0-9A-Za-z]. */
  readonly next: (prefix: string, length: number) => string;
  /** Opaque base64 text of about `length` characters, as in signatures and encrypted reasoning. */
  readonly opaque: (label: string, length: number) => string;
  /** Time of the answer, in seconds since 1970. */
  readonly seconds: number;
}

function digest(text: string): string {
  return createHash('sha512').update(text).digest('base64');
}

/** Base64 text that depends only on `label`. */
export function opaqueText(label: string, length: number): string {
  let text = '';
  for (let part = 0; text.length < length; part += 1) text += digest(`${label}#${part}`).slice(0, 84);
  return text.slice(0, length - (length % 4));
}

export function identityOf(seed: string, seconds: number): Identity {
  const body = digest(seed).replaceAll(/[+/=]/g, 'x');
  let drawn = 0;
  return {
    seconds,
    next(prefix, length) {
      drawn += 1;
      const tail = drawn.toString(36).padStart(2, '0');
      return prefix + body.slice(0, length - tail.length) + tail;
    },
    opaque: (label, length) => opaqueText(`${seed}/${label}`, length),
  };
}

/** A fixed time for a seed, in seconds: deterministic answers must not read the clock. */
export function secondsOfSeed(seed: string): number {
  const spread = createHash('sha1').update(seed).digest().readUInt16BE(0);
  return 1_780_000_000 + spread;
}
