// A client with a socket of its own per request, which can read slowly, leave, and tell what it saw.
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export type Shot = {
  url: string;
  path: string;
  secret: string;
  body: unknown;
  headers?: Record<string, string>;
};

export type Seen = {
  /** 0: the connection ended before an answer began. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** False where the connection ended before the answer did. */
  complete: boolean;
};

/** Sends without waiting; bodies that are no bytes go as JSON. */
export function shoot({ url, path, secret, body, headers }: Shot): ClientRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const req = request(`${url}${path}`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      ...headers,
    },
  });
  req.on('error', () => undefined);
  req.end(bytes);
  return req;
}

/** The head of the answer, or undefined where the connection ended first. */
export function headOf(req: ClientRequest): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    req.once('response', (res) => {
      res.on('error', () => undefined);
      resolve(res);
    });
    req.once('close', () => resolve(undefined));
  });
}

const NOTHING: Seen = { status: 0, headers: {}, text: '', complete: false };

/** Between two rests this much is read: a dripping upstream sends a few bytes at a time. */
const MOUTHFUL = 4_096;

/** Everything that comes; with `rest`, after each mouthful nothing is read for so many milliseconds. */
export async function readAll(req: ClientRequest, rest = 0): Promise<Seen> {
  const res = await headOf(req);
  if (!res) return NOTHING;
  const pieces: Buffer[] = [];
  let sinceRest = 0;
  res.on('data', (piece: Buffer) => {
    pieces.push(piece);
    sinceRest += piece.length;
    if (rest === 0 || sinceRest < MOUTHFUL) return;
    sinceRest = 0;
    res.pause();
    setTimeout(() => res.resume(), rest);
  });
  await new Promise((resolve) => res.once('close', resolve));
  return {
    status: res.statusCode ?? 0,
    headers: res.headers,
    text: Buffer.concat(pieces).toString(),
    complete: res.complete,
  };
}

/** One request, read to its end. */
export function send(shot: Shot): Promise<Seen> {
  return readAll(shoot(shot));
}
