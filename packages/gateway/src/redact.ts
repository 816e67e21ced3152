// Takes credentials out of texts that come from upstreams, and bounds them.

/** Kept of an error text in the log. */
export const LONGEST_ERROR_TEXT = 16 * 1024;

const KEY_LIKE = /\b(sk|pk|rk|key|Bearer)([-_ ][A-Za-z0-9*_.-]{2,})?[-_ ][A-Za-z0-9*_.-]{12,}/g;
const DATA_URL = /data:[a-z0-9.+/-]+;base64,[A-Za-z0-9+/=]{64,}/gi;

/** The text without `secret`, without anything that looks like a key, without inlined files, at most 16 KB. */
export function redact(text: string, secret: string): string {
  const bounded = text.length > LONGEST_ERROR_TEXT * 4 ? text.slice(0, LONGEST_ERROR_TEXT * 4) : text;
  const known = secret === '' ? bounded : bounded.replaceAll(secret, '[secret]');
  const clean = known.replace(KEY_LIKE, '[secret]').replace(DATA_URL, '[data]');
  return clean.length > LONGEST_ERROR_TEXT ? clean.slice(0, LONGEST_ERROR_TEXT) : clean;
}
