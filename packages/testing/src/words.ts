// The fake's words: short answers with multi-byte characters, and filler of an exact size.

const REST =
  'The fake upstream answers in plain words, 也会说中文, and even with a face 🙂. ' +
  'What it says depends only on the request. ';
const FILLER = 'abcdefghijklmnopqrstuvwxyz 0123456789 '.repeat(1725);
const QUOTE_LIMIT = 80;
const SMALL_PIECE = 256;
const POOL = 16;

function quoteOf(text: string): string {
  return Array.from(text.slice(0, QUOTE_LIMIT * 2))
    .slice(0, QUOTE_LIMIT)
    .join('');
}

/** The usual answer to a prompt whose last text is `lastText`. */
export function answerText(lastText: string): string {
  return lastText === '' ? REST.trimEnd() : `You wrote: “${quoteOf(lastText)}”. ${REST}`.trimEnd();
}

/** What the model thinks before it answers. */
export function thinkingText(lastText: string): string {
  return `The user wrote ${lastText.length} characters. 想一想… A short answer will do.`;
}

/** ASCII text of exactly `bytes` bytes. */
export function exactText(bytes: number): string {
  return FILLER.repeat(Math.ceil(bytes / FILLER.length)).slice(0, bytes);
}

/** Text cut at word ends; joined again it is the same text. */
export function wordPieces(text: string): readonly string[] {
  return text.match(/\s*\S+\s*?(?=\s|$)|\s+/g) ?? [];
}

/** Text cut every `length` characters, never inside a surrogate pair. */
export function pieceSlices(text: string, length: number): readonly string[] {
  const characters = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += length) {
    pieces.push(characters.slice(at, at + length).join(''));
  }
  return pieces;
}

/**
 * `count` pieces of exactly `size` bytes, each starting with its number where it fits. Large pieces are shared by
 * every sixteenth event, so that a huge answer does not have to be held.
 */
export function eventPieces(count: number, size: number): readonly string[] {
  const filler = exactText(size);
  const marked = (index: number) => {
    const mark = `${index} `;
    return mark.length <= size ? mark + filler.slice(mark.length) : filler;
  };
  if (size <= SMALL_PIECE) return Array.from({ length: count }, (_, index) => marked(index));
  const pool = Array.from({ length: POOL }, (_, index) => marked(index));
  return Array.from({ length: count }, (_, index) => pool[index % POOL] ?? filler);
}
