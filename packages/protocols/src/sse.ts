// Reads server-sent events on the side of a byte stream: finds the few that matter by byte search, whatever the chunking.
import { ContentWatch } from './content-watch.ts';

/** Decides what to do with the events that carry one of its markers. */
export type EventTap = {
  /** Byte texts, at least one of which stands in every event that matters. */
  readonly markers: readonly Buffer[];
  /** One whole event with its blank line; `drop` removes it from what {@link SseScanner.push} gives. */
  event(event: Buffer): 'keep' | 'drop';
};

const LF = 0x0a;
const CR = 0x0d;
const LF_LF = Buffer.from('\n\n');
const LF_CR_LF = Buffer.from('\n\r\n');
const EMPTY = Buffer.alloc(0);
/** An event larger than this is passed on but not looked at. */
const LARGEST_EVENT = 16 * 1024 * 1024;
/** What a larger event needed is let go with it: a stream may live for long, and there are many. */
const LARGEST_REUSED = 64 * 1024;

export class SseScanner {
  readonly #tap: EventTap;
  #carry: Buffer = EMPTY;
  #carried = 0;

  constructor(tap: EventTap) {
    this.#tap = tap;
  }

  /** Bytes of an event that has begun and not ended. */
  get pending(): number {
    return this.#carried;
  }

  /**
   * Takes the next bytes.
   * @returns the complete events so far, without the dropped ones; what has begun but not ended is kept for the next
   * call. Whoever drops nothing may ignore it and forward `chunk` itself.
   */
  push(chunk: Buffer): Buffer {
    if (this.#carried === 0) {
      const end = lastEventEnd(chunk, 0);
      if (end < chunk.length) this.#keep(chunk.subarray(end));
      return end === 0 ? EMPTY : this.#read(end === chunk.length ? chunk : chunk.subarray(0, end));
    }
    const from = Math.max(0, this.#carried - 3);
    this.#keep(chunk);
    const data = this.#carry.subarray(0, this.#carried);
    const end = lastEventEnd(data, from);
    if (end === 0) {
      if (this.#carried <= LARGEST_EVENT) return EMPTY;
      return this.#take();
    }
    return this.#read(this.#carry.length > LARGEST_REUSED ? this.#release(end) : this.#copyOut(end));
  }

  /** The stream has ended: reads an event without its blank line, and gives what was still held. */
  finish(): Buffer {
    const rest = this.#take();
    return rest.length === 0 ? rest : this.#read(rest);
  }

  #take(): Buffer {
    return this.#release(this.#carried);
  }

  /** Gives the first `end` bytes with the buffer they stand in; the others move to a new one. */
  #release(end: number): Buffer {
    const whole = this.#carry.subarray(0, this.#carried);
    this.#carry = EMPTY;
    this.#carried = 0;
    if (end < whole.length) this.#keep(whole.subarray(end));
    return whole.subarray(0, end);
  }

  /** Gives a copy of the first `end` bytes: the buffer is used further. */
  #copyOut(end: number): Buffer {
    const ready = Buffer.from(this.#carry.subarray(0, end));
    this.#carry.copyWithin(0, end, this.#carried);
    this.#carried -= end;
    return ready;
  }

  #keep(bytes: Buffer): void {
    const needed = this.#carried + bytes.length;
    if (needed > this.#carry.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#carry.length * 2, 1_024));
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    bytes.copy(this.#carry, this.#carried);
    this.#carried = needed;
  }

  /** `data` is a run of complete events. */
  #read(data: Buffer): Buffer {
    if (!this.#marked(data)) return data;
    let kept: Buffer[] | null = null;
    let from = 0;
    while (from < data.length) {
      const end = nextEventEnd(data, from);
      const single = from === 0 && end === data.length;
      const event = single ? data : data.subarray(from, end);
      if ((single || this.#marked(event)) && this.#tap.event(event) === 'drop')
        kept ??= from === 0 ? [] : [data.subarray(0, from)];
      else kept?.push(event);
      from = end;
    }
    if (kept === null) return data;
    return kept.length === 0 ? EMPTY : Buffer.concat(kept);
  }

  #marked(data: Buffer): boolean {
    for (const marker of this.#tap.markers) if (data.includes(marker)) return true;
    return false;
  }
}

/** Index after the last blank line, 0 when there is none; bytes before `from` are known to hold none. */
function lastEventEnd(data: Buffer, from: number): number {
  const length = data.length;
  if (length >= 2 && data[length - 1] === LF) {
    const before = data[length - 2];
    if (before === LF || (before === CR && data[length - 3] === LF)) return length;
  }
  const part = from === 0 ? data : data.subarray(from);
  const plain = part.lastIndexOf(LF_LF);
  const carriage = part.includes(CR) ? part.lastIndexOf(LF_CR_LF) : -1;
  if (plain === -1 && carriage === -1) return 0;
  return from + Math.max(plain + 2, carriage === -1 ? 0 : carriage + 3);
}

/** Index after the first blank line at or after `from`, or the end of the data. */
export function nextEventEnd(data: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = data.indexOf(LF, at);
    if (at === -1) return data.length;
    if (data[at + 1] === LF) return at + 2;
    if (data[at + 1] === CR && data[at + 2] === LF) return at + 3;
    at++;
  }
}

/** The `data` of one event: its data lines without their prefix, joined by LF. */
export function eventData(event: Buffer): string {
  const text = event.toString();
  let data = '';
  let lines = 0;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (!line.startsWith('data:')) continue;
    data += `${lines++ === 0 ? '' : '\n'}${line.charCodeAt(5) === 0x20 ? line.slice(6) : line.slice(5)}`;
  }
  return data;
}

/** Whether an event, or what there is of one, brings more than a keep-alive. */
export function carriesContent(event: Buffer): boolean {
  return new ContentWatch().push(event);
}
