// The fake's one counting rule: a token is four UTF-8 bytes of content, an image or file is a hundred tokens.
import { isRecord } from './json-value.ts';

export const BYTES_PER_TOKEN = 4;
const ATTACHMENT_BYTES = 400;

/** Tokens of `bytes` content bytes, rounded up. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/**
 * Content bytes of any JSON value: the UTF-8 length of each string leaf, except attachments (a string under the
 * key `data`, or one that starts with `data:`), which count 400 bytes each whatever their size.
 */
export function contentBytes(value: unknown): number {
  if (typeof value === 'string')
    return value.startsWith('data:') ? ATTACHMENT_BYTES : Buffer.byteLength(value);
  if (Array.isArray(value)) {
    let sum = 0;
    for (const item of value) sum += contentBytes(item);
    return sum;
  }
  if (!isRecord(value)) return 0;
  let sum = 0;
  for (const [key, item] of Object.entries(value)) {
    sum += key === 'data' && typeof item === 'string' ? ATTACHMENT_BYTES : contentBytes(item);
  }
  return sum;
}

/** The longest start of `text` that has at most `bytes` UTF-8 bytes and cuts no character. */
export function cutToBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const encoded = Buffer.from(text);
  let end = Math.max(0, Math.floor(bytes));
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
