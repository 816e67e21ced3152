// What the client's socket gets: the same bytes in the same order, one chunk for each turn, whoever the client is.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { EventWriter } from './event-writer.ts';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Answer = (res: ServerResponse) => Promise<void>;

/** A client's socket to a server that answers in this way. */
async function clientOf(answer: Answer): Promise<Socket> {
  const server = createServer((_req, res) => {
    res.writeHead(200, ['content-type', 'text/event-stream']);
    answer(res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  closers.push(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return socket;
}

async function everything(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'close');
  return Buffer.concat(pieces).toString('latin1');
}

/** The chunks of an HTTP/1.1 answer, in order. */
function chunksOf(answer: string): string[] {
  const chunks: string[] = [];
  let at = answer.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const lineEnd = answer.indexOf('\r\n', at);
    const size = Number.parseInt(answer.slice(at, lineEnd), 16);
    if (size === 0) return chunks;
    chunks.push(answer.slice(lineEnd + 2, lineEnd + 2 + size));
    expect(answer.slice(lineEnd + 2 + size, lineEnd + 4 + size)).toBe('\r\n');
    at = lineEnd + 4 + size;
  }
}

const GET = (version: string) => `GET / HTTP/${version}\r\nhost: a\r\nconnection: close\r\n\r\n`;

const twoTurns: Answer = async (res) => {
  const writer = new EventWriter(res, () => undefined);
  writer.write(Buffer.from('first '));
  await turn();
  for (const word of ['second ', 'third ', 'fourth ']) writer.write(Buffer.from(word));
  await turn();
  writer.write(Buffer.from('fifth'));
  writer.flush();
  res.end();
};

describe('events', () => {
  it('of one turn leave as one chunk, those of the next as another', async () => {
    const socket = await clientOf(twoTurns);
    socket.write(GET('1.1'));
    expect(chunksOf(await everything(socket))).toEqual(['first ', 'second third fourth ', 'fifth']);
  });

  it('reach a client of HTTP/1.0 without chunks', async () => {
    const socket = await clientOf(twoTurns);
    socket.write(GET('1.0'));
    const answer = await everything(socket);
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe('first second third fourth fifth');
  });

  it('of a request that was pipelined wait for the answer before them', async () => {
    let waiting: (() => void) | undefined;
    const socket = await clientOf(async (res) => {
      if (waiting === undefined) {
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
        res.end('the one before');
      } else {
        await twoTurns(res);
        waiting();
      }
    });
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\n\r\n${GET('1.1')}`);
    const answer = await everything(socket);
    const second = answer.indexOf('HTTP/1.1', 1);
    expect(answer.slice(0, second)).toContain('the one before');
    expect(chunksOf(answer.slice(second)).join('')).toBe('first second third fourth fifth');
  });

  it('larger than a copy is worth arrive whole', async () => {
    const large = Buffer.alloc(100_000, 'x');
    const socket = await clientOf(async (res) => {
      const writer = new EventWriter(res, () => undefined);
      writer.write(Buffer.from('head '));
      await turn();
      writer.write(large);
      writer.write(Buffer.from('tail'));
      writer.flush();
      res.end();
    });
    socket.write(GET('1.1'));
    expect(chunksOf(await everything(socket)).join('')).toBe(`head ${large}tail`);
  });
});

it('a client that does not read is waited for, and nothing is lost when it goes on', async () => {
  const event = Buffer.alloc(16 * 1024, 'e');
  const wanted = 400;
  let stops = 0;
  const socket = await clientOf(async (res) => {
    let drained: (() => void) | undefined;
    const writer = new EventWriter(res, () => drained?.());
    for (let count = 0; count < wanted; count++) {
      const drain = new Promise<void>((resolve) => {
        drained = resolve;
      });
      if (!writer.write(event)) {
        stops++;
        expect(writer.full).toBe(true);
        expect(res.socket?.writableLength ?? 0).toBeLessThan(256 * 1024);
        if (stops === 1) socket.resume();
        await drain;
      }
      await turn();
    }
    writer.flush();
    res.end();
  });
  socket.pause();
  socket.write(GET('1.1'));
  let bytes = 0;
  socket.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  socket.pause();
  await once(socket, 'close');
  expect(stops).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThanOrEqual(wanted * event.length);
});
