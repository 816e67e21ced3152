// Forwarded headers: believed as far as the configured proxies reach, removed otherwise.
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientAddress, clientScheme, rewriteForwarded } from './client-address.ts';

let hops = 0;
let seen: { address: string; scheme: string; raw: string[]; headers: IncomingMessage['headers'] } | undefined;
const server = createServer((request, response) => {
  const address = clientAddress(request, hops);
  const scheme = clientScheme(request, hops);
  rewriteForwarded(request, hops);
  seen = { address, scheme, raw: request.rawHeaders, headers: request.headers };
  response.end();
});
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

async function send(headers: Record<string, string>) {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => {
    httpRequest({ port, host: '127.0.0.1', headers, agent: false }, (answer) =>
      answer.resume().on('end', resolve),
    ).end();
  });
  return seen;
}

describe('client address', () => {
  it('is the peer when no proxy is trusted, whatever headers claim', async () => {
    hops = 0;
    const got = await send({
      'X-Forwarded-For': '9.9.9.9',
      'X-Real-IP': '9.9.9.9',
      'X-Forwarded-Proto': 'https',
    });
    expect(got).toMatchObject({ address: '127.0.0.1', scheme: 'http' });
    expect(got?.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(got?.headers['x-real-ip']).toBeUndefined();
    expect(got?.raw).not.toContain('9.9.9.9');
  });

  it('is what the outermost trusted proxy saw', async () => {
    hops = 2;
    const got = await send({ 'x-forwarded-for': 'forged, 7.7.7.7, 10.0.0.1', 'x-forwarded-proto': 'https' });
    expect(got).toMatchObject({ address: '7.7.7.7', scheme: 'https' });
    expect(got?.headers['x-forwarded-for']).toBe('7.7.7.7');
  });
});
