// The text of a relay key: `sk-relay-` + 4 public characters + `-` + 32 random ones.
import { randomText } from '@api-proxy/kit/id';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PUBLIC_LENGTH = 4;
const RANDOM_LENGTH = 32;

export type KeyText = {
  /** The whole key; shown once, never stored. */
  secret: string;
  prefix: string;
  lastFour: string;
};

/** Draws a new key: some 190 bits. */
export function newKeyText(): KeyText {
  const prefix = `sk-relay-${randomText(PUBLIC_LENGTH, ALPHABET)}`;
  const secret = `${prefix}-${randomText(RANDOM_LENGTH, ALPHABET)}`;
  return { secret, prefix, lastFour: secret.slice(-4) };
}
