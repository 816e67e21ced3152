// HTTP/1.1 around the prepared answers, as an upstream frames them.
import { type AnswerTemplate, NONCE_DIGITS } from './answers.ts';

/** A whole message with holes for the nonce. */
type Framed = { readonly bytes: Buffer; readonly holes: readonly number[]; readonly ends: readonly number[] };

const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
  'transfer-encoding: chunked\r\nrequest-id: req_bench0001\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';

/** Frames each template once. */
export class Framer {
  readonly #framed = new Map<AnswerTemplate, Framed>();

  /** Head and body of a JSON answer. */
  json(template: AnswerTemplate, nonce: string): Buffer {
    return filled(this.#find(template, frameJson), nonce);
  }

  /** A stream with one chunk per event; each of `ends` is where a tick's write ends. */
  stream(template: AnswerTemplate, nonce: string): { bytes: Buffer; ends: readonly number[] } {
    const framed = this.#find(template, frameStream);
    return { bytes: filled(framed, nonce), ends: framed.ends };
  }

  #find(template: AnswerTemplate, frame: (template: AnswerTemplate) => Framed): Framed {
    const known = this.#framed.get(template);
    if (known) return known;
    const framed = frame(template);
    this.#framed.set(template, framed);
    return framed;
  }
}

function frameJson(template: AnswerTemplate): Framed {
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n' +
    `content-length: ${template.bytes.length}\r\nrequest-id: req_bench0001\r\n\r\n`;
  const holes = template.holes.map((hole) => hole + head.length);
  return { bytes: Buffer.concat([Buffer.from(head), template.bytes]), holes, ends: [] };
}

function frameStream(template: AnswerTemplate): Framed {
  const pieces: Buffer[] = [Buffer.from(STREAM_HEAD)];
  const ends: number[] = [];
  let length = STREAM_HEAD.length;
  let from = 0;
  template.ends.forEach((end, index) => {
    const size = Buffer.from(`${(end - from).toString(16)}\r\n`);
    const closing = Buffer.from(index === template.ends.length - 1 ? `\r\n${LAST_CHUNK}` : '\r\n');
    pieces.push(size, template.bytes.subarray(from, end), closing);
    length += size.length + (end - from) + closing.length;
    from = end;
    // The events before the first text, and those after the last, come together with it, as vendors send them.
    if (index >= template.firstToken && index < template.ends.length - 3) ends.push(length);
  });
  ends[ends.length - 1] = length;
  const bytes = Buffer.concat(pieces);
  const holes: number[] = [];
  const hole = '0'.repeat(NONCE_DIGITS);
  for (let at = bytes.indexOf(hole); at !== -1; at = bytes.indexOf(hole, at + NONCE_DIGITS)) holes.push(at);
  return { bytes, holes, ends };
}

function filled(framed: Framed, nonce: string): Buffer {
  const bytes = Buffer.allocUnsafe(framed.bytes.length);
  framed.bytes.copy(bytes);
  for (const hole of framed.holes) bytes.write(nonce, hole, NONCE_DIGITS, 'latin1');
  return bytes;
}
