// The text of a gift card's code: drawn, read back from what a person typed, hashed.
import { randomText } from '@api-proxy/kit/id';
import type { KeyHasher } from '../secret/key-hasher.ts';

/** Digits and capitals without 0, O, 1, I, L and U: nothing that looks, or is heard, like another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 20;
const GROUP = 5;
const SHAPE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** Keeps these hashes apart from those of relay keys, which are made with the same key. */
const HASH_PREFIX = 'gift-card:';

export type CodeText = {
  /** `XXXXX-XXXXX-XXXXX-XXXXX`; shown once, never stored. */
  code: string;
  /** What is hashed: the code without dashes. */
  normal: string;
  lastFour: string;
};

/** Draws a new code: some 98 bits. */
export function newCodeText(): CodeText {
  const normal = randomText(LENGTH, ALPHABET);
  const groups = Array.from({ length: LENGTH / GROUP }, (_, at) =>
    normal.slice(at * GROUP, (at + 1) * GROUP),
  );
  return { code: groups.join('-'), normal, lastFour: normal.slice(-4) };
}

/**
 * What a person typed as it is hashed: full-width characters made plain (NFKC), capitals, without spaces, dashes,
 * underscores and invisible characters. Undefined: can't be a code.
 */
export function normalCode(typed: string): string | undefined {
  const normal = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}\u2212_]/gu, '');
  return SHAPE.test(normal) ? normal : undefined;
}

/** The stored form of a normal code: keyed, hex. */
export function codeHash(hash: KeyHasher, normal: string): string {
  return hash(`${HASH_PREFIX}${normal}`);
}
