// An https server, HTTP/2 or 1.1 by choice, in front of an upstream that speaks plain HTTP; with a certificate of its own.
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

export type TlsFrontOptions = {
  /** `http://host:port` of what answers. */
  readonly behind: string;
  /** False: HTTP/1.1 is all it speaks. */
  readonly http2: boolean;
};

export type TlsFront = {
  /** `https://localhost:port`. */
  readonly url: string;
  readonly port: number;
  /** Of each request in turn, `1.1` or `2.0`. */
  readonly versions: readonly string[];
  /** Connections so far. */
  connections(): number;
  /** Requests under way. */
  open(): number;
  /** Ends the connections that stand: `abrupt`, or once their requests have ended. */
  disconnect(how: 'abrupt' | 'in order'): void;
  close(): Promise<void>;
};

/** Makes this process trust the front's certificate, for `localhost`, `upstream.test` and 127.0.0.1. */
export function trustTlsFront(): void {
  setDefaultCACertificates([...getCACertificates('default'), pem('certificate')]);
}

export async function startTlsFront({ behind, http2 }: TlsFrontOptions): Promise<TlsFront> {
  const versions: string[] = [];
  const sockets = new Set<TLSSocket>();
  const sessions = new Set<ServerHttp2Session>();
  const counts = { connections: 0, open: 0 };
  const answer: Answer = (req, res) => {
    versions.push(req.httpVersion);
    counts.open++;
    res.once('close', () => counts.open--);
    passOn(new URL(req.url ?? '/', behind), req, res);
  };
  const identity = { cert: pem('certificate'), key: pem('test-only-key') };
  const server: Server = http2
    ? createSecureServer({ ...identity, allowHTTP1: true }, answer)
    : createServer(identity, answer);
  server.on('secureConnection', (socket: TLSSocket) => {
    counts.connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.on('error', () => {}).once('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const abrupt = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    ...{ url: `https://localhost:${port}`, port, versions },
    connections: () => counts.connections,
    open: () => counts.open,
    disconnect: (how) => {
      if (how === 'abrupt') abrupt();
      else for (const session of sessions) session.close();
    },
    close: () => closed(server, abrupt),
  };
}

type Answer = (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse) => void;

function passOn(url: URL, ...[req, res]: Parameters<Answer>): void {
  const headers = Object.entries(req.headers).filter(([name]) => !name.startsWith(':') && name !== 'host');
  const sent = request(url, {
    method: req.method ?? 'GET',
    headers: Object.fromEntries(headers),
    agent: false,
  });
  sent.on('response', (answer) => {
    const { connection: _, 'keep-alive': _idle, 'transfer-encoding': _coding, ...rest } = answer.headers;
    res.statusCode = answer.statusCode ?? 0;
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) res.setHeader(name, value);
    answer.pipe(res);
  });
  sent.on('error', () => res.destroy());
  req.pipe(sent);
  res.once('close', () => sent.destroy());
}

function closed(server: Server, abrupt: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    abrupt();
  });
}
