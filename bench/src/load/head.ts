// The head of an HTTP/1.1 message as far as both ends of the bench need it.

export type MessageHead = {
  /** Index of the first byte of the body. */
  readonly bodyAt: number;
  /** Null without a `content-length`. */
  readonly length: number | null;
  readonly chunked: boolean;
  /** The sender closes the connection after this message. */
  readonly closes: boolean;
  /** Of an answer; NaN for a request. */
  readonly status: number;
};

const END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CLOSES = /\r\nconnection: *close/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

/** @returns undefined while the head is incomplete */
export function readHead(bytes: Buffer): MessageHead | undefined {
  const end = bytes.indexOf(END);
  if (end === -1) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const length = LENGTH.exec(text)?.[1];
  return {
    bodyAt: end + END.length,
    length: length === undefined ? null : Number(length),
    closes: CLOSES.test(text),
    chunked: length === undefined && CHUNKED.test(text),
    status: Number(text.slice(9, 12)),
  };
}

/** The request line's path holds the dialect. */
export function isOpenai(head: Buffer): boolean {
  return head.toString('latin1', 0, 60).includes('/chat/completions');
}
