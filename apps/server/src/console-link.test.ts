// The way to the console: a connection the console closed while it was idle costs no page.
import { once } from 'node:events';
import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleLink } from './console-link.ts';
import { loopback } from './testing/loopback.ts';

const { close, closers, listening } = loopback();
afterEach(close);

/** A console that answers the first request of each connection and hangs up on whatever comes after it. */
function oneAnswerEach(seen: string[]) {
  return createTcpServer((socket: Socket) => {
    let answered = false;
    socket.on('error', () => undefined);
    closers.push(() => socket.destroy());
    socket.on('data', (bytes) => {
      seen.push(`${answered ? 'late ' : ''}${String(bytes).split(' ')[0]}`);
      if (answered) {
        socket.resetAndDestroy();
        return;
      }
      answered = true;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-type: text/plain\r\n\r\npage');
    });
  });
}

async function gate(port: number, answerTimeoutMs = 60_000): Promise<number> {
  const link = new ConsoleLink({ development: false, answerTimeoutMs });
  closers.push(() => link.close());
  link.moveTo(port);
  const pipe: RequestListener = (request, response) => link.pipe(request, response);
  return listening(createServer(pipe));
}

async function ask(port: number, method: string, body = ''): Promise<{ status: number; text: string }> {
  const request = httpRequest({ host: '127.0.0.1', port, method, path: '/_next/static/a.js', agent: false });
  request.end(body);
  const [answer] = await once(request, 'response');
  return { status: answer.statusCode, text: await text(answer) };
}

describe('a kept connection that the console closed', () => {
  it('costs a GET nothing: it goes out again over a fresh one', async () => {
    const seen: string[] = [];
    const port = await gate(await listening(oneAnswerEach(seen)));
    expect(await ask(port, 'GET')).toEqual({ status: 200, text: 'page' });
    expect(await ask(port, 'GET')).toEqual({ status: 200, text: 'page' });
    expect(seen).toEqual(['GET', 'late GET', 'GET']);
  });

  it('never sends a request with an effect twice', async () => {
    const seen: string[] = [];
    const port = await gate(await listening(oneAnswerEach(seen)));
    await ask(port, 'GET');
    expect((await ask(port, 'POST', 'once')).status).toBe(503);
    expect(seen.filter((line) => line.endsWith('POST'))).toHaveLength(1);
  });

  it('is not one that stays open: a page that takes too long is asked for once', async () => {
    const seen: string[] = [];
    const silent = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => {
        seen.push('GET');
        if (seen.length === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npage');
      });
    });
    const port = await gate(await listening(silent), 50);
    expect((await ask(port, 'GET')).status).toBe(200);
    expect((await ask(port, 'GET')).status).toBe(503);
    expect(seen).toHaveLength(2);
  });

  it('is the only reason to ask again: when a fresh one fails, it is 503 at once', async () => {
    let count = 0;
    const refusing = createTcpServer((socket) => {
      count += 1;
      socket.on('error', () => undefined);
      socket.on('data', () => socket.resetAndDestroy());
    });
    const port = await gate(await listening(refusing));
    expect((await ask(port, 'GET')).status).toBe(503);
    expect(count).toBe(1);
  });
});
