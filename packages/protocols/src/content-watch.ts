// Tells what an answer stream says from mere signs of life, however its bytes are cut: a few bytes of state, no copy.

/** What grows beyond this is no keep-alive, whatever it begins with. */
const LONGEST_KEEP_ALIVE = 512;
const LONGEST_BLANK_LINE = 3;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const PING = Buffer.from('event:ping');
const NAME_AT = PING.indexOf(COLON) + 1;

/** `open`: at the start of a line, with nothing but comments since the last event; `…_line`: at the start of a further line. */
type Place = 'open' | 'comment' | 'unclear' | 'ping' | 'ping_line' | 'content' | 'content_line';

/** Of one stream. Keep-alives are comment lines, `ping` events and blank lines; bytes not yet told apart are no content. */
export class ContentWatch {
  #place: Place = 'open';
  /** Of the comment line, or the event, that may be a keep-alive: its bytes so far. */
  #size = 0;
  /** Bytes of {@link PING} the event begins with. */
  #matched = 0;

  /** Takes the next bytes. @returns whether there is content among them */
  push(chunk: Buffer): boolean {
    let content = false;
    for (let at = 0; at < chunk.length; ) {
      if (this.#place !== 'content' && this.#place !== 'content_line') at += this.#step(chunk[at] ?? 0);
      else {
        content = true;
        at = this.#pass(chunk, at);
      }
    }
    return content;
  }

  /** @returns 1 when the byte was taken, 0 when it made the event one with content */
  #step(byte: number): 0 | 1 {
    if (this.#place === 'open') {
      if (byte === LF || byte === CR) return 1;
      this.#size = 0;
      this.#matched = 0;
      this.#place = byte === COLON ? 'comment' : 'unclear';
    }
    if (++this.#size > LONGEST_KEEP_ALIVE) {
      this.#place = this.#place === 'ping_line' ? 'content_line' : 'content';
      return 0;
    }
    this.#place = this.#after(byte);
    return this.#place === 'content' ? 0 : 1;
  }

  /** Where a byte leads that may belong to a keep-alive. */
  #after(byte: number): Place {
    if (this.#place === 'comment') return byte === LF ? 'open' : 'comment';
    if (this.#place === 'unclear') {
      if (byte === SPACE && this.#matched === NAME_AT) return 'unclear';
      if (byte !== PING[this.#matched]) return 'content';
      return ++this.#matched === PING.length ? 'ping' : 'unclear';
    }
    if (byte !== LF) return byte === CR && this.#place === 'ping_line' ? 'ping_line' : 'ping';
    return this.#place === 'ping_line' ? 'open' : 'ping_line';
  }

  /** Goes on inside an event with content. @returns where the last event begins that may be something else, or the end */
  #pass(chunk: Buffer, at: number): number {
    const { length } = chunk;
    if (this.#place === 'content_line') {
      const blank = chunk[at] === CR ? at + 1 : at;
      // Cut inside the blank line's CRLF.
      if (blank === length) return length;
      this.#place = chunk[blank] === LF ? 'open' : 'content';
      if (this.#place === 'open') return blank + 1;
    }
    const end = lastEventEnd(chunk, Math.max(at, length - LONGEST_KEEP_ALIVE - LONGEST_BLANK_LINE));
    if (end !== -1) {
      this.#place = 'open';
      return end;
    }
    if (endsLine(chunk)) this.#place = 'content_line';
    return length;
  }
}

/** Also when its last CR may begin a blank line. */
function endsLine(chunk: Buffer): boolean {
  return chunk.at(-1) === LF || (chunk.at(-1) === CR && chunk.at(-2) === LF);
}

/** Index after the last blank line that begins at or after `from`; -1 when there is none. */
function lastEventEnd(chunk: Buffer, from: number): number {
  const last = chunk.length - 1;
  if (chunk[last] === LF && last > from && chunk[last - 1] === LF) return chunk.length;
  const tail = from === 0 ? chunk : chunk.subarray(from);
  for (let at = tail.lastIndexOf(LF); at > 0; at = tail.lastIndexOf(LF, at - 1)) {
    const before = tail[at - 1] === CR ? at - 2 : at - 1;
    if (tail[before] === LF) return from + at + 1;
  }
  return -1;
}
