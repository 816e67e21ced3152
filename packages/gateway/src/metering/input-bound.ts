// The most input tokens that a body can be: text by its bytes, images by their number.

/** The densest ordinary text: a Chinese character has three bytes and is about one token. English has four and more. */
const BYTES_PER_TOKEN = 3;
/** More than an image costs at the highest resolution that a provider looks at. */
const IMAGE_TOKENS = 10_000;
/** What is named base64 more often than any request may have images is counted as text from then on. */
const MOST_FOUND = 2_000;
/** Smaller bodies are not searched: as text they hold little enough. */
const SEARCHED_FROM_BYTES = 16 * 1024;
/** How far around the word an image's media type and the beginning of its data are looked for. */
const REACH_BYTES = 128;

const WORD = Buffer.from('base64');
const QUOTE = 0x22;
/** `data:image/png;base64,…` */
const URL_BEFORE = /data:image\/[\w.+-]+;$/;
/** `"type":"base64","media_type":"image/png","data":"…"`, or the data before its type. */
const SOURCE = /^base64"\s*,\s*("media_type"\s*:\s*"image\/[\w.+-]+"\s*,\s*)?"data"\s*:\s*"/;
const TYPE_BEHIND = /^"\s*,\s*"media_type"\s*:\s*"image\//;

/** Images travel as base64, which as text would be tens of times as many tokens as they cost. */
export function inputBound(body: Buffer): number {
  if (body.length < SEARCHED_FROM_BYTES) return Math.ceil(body.length / BYTES_PER_TOKEN);
  let textBytes = body.length;
  let imageTokens = 0;
  let at = body.indexOf(WORD);
  for (let found = 0; at !== -1 && found < MOST_FOUND; found++) {
    const image = imageAt(body, at);
    // No string ends any more: searching for that end once is enough.
    if (image?.end === -1) break;
    if (image) {
      const bytes = image.end - image.begin;
      textBytes -= bytes;
      imageTokens += Math.min(IMAGE_TOKENS, Math.ceil(bytes / BYTES_PER_TOKEN));
    }
    at = body.indexOf(WORD, image ? image.end : at + WORD.length);
  }
  return Math.ceil(textBytes / BYTES_PER_TOKEN) + imageTokens;
}

/** The data that the word at `at` announces, up to the quote behind it; null when it is no image's. */
function imageAt(body: Buffer, at: number): { begin: number; end: number } | null {
  const behind = at + WORD.length;
  if (body[behind] === 0x2c) {
    const before = body.toString('latin1', Math.max(0, at - REACH_BYTES), at);
    return URL_BEFORE.test(before) ? { begin: behind + 1, end: body.indexOf(QUOTE, behind) } : null;
  }
  const source = SOURCE.exec(body.toString('latin1', at, at + REACH_BYTES));
  if (!source) return null;
  const begin = at + source[0].length;
  const end = body.indexOf(QUOTE, begin);
  const typed = source[1] !== undefined || TYPE_BEHIND.test(body.toString('latin1', end, end + REACH_BYTES));
  return end === -1 || typed ? { begin, end } : null;
}
