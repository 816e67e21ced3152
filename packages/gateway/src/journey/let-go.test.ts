// Promise: while a stream runs, its request is not kept: hundreds of long ones with large bodies fit into memory.
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { channel, KEY, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

const STREAMS = 20;
const MB = 1024 * 1024;
const BODY_MB = 2;
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

let relay: TestRelay;
let upstream: Server;
afterEach(async () => {
  await relay.close();
  upstream.close();
  upstream.closeAllConnections();
});

/** Bytes that live outside of V8's heap, where bodies are. */
function outsideMb(): number {
  collect();
  return process.memoryUsage().arrayBuffers / MB;
}

it.each([
  ['as it came', 'm'],
  ['renamed, so that there are two of it', 'renamed'],
])('%s', async (_, model) => {
  const answers: ServerResponse[] = [];
  upstream = createServer((req, res) => {
    req.resume();
    req.on('end', () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(EVENT);
      answers.push(res);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${portOf(upstream.address())}`;
  relay = await startRelay(snapshot([channel({ id: 'a', baseUrl, modelRenames: { renamed: 'm' } })]));
  const content = 'x'.repeat(BODY_MB * MB);
  const body = Buffer.from(JSON.stringify({ model, stream: true, messages: [{ role: 'user', content }] }));
  const before = outsideMb();
  const begun = Array.from({ length: STREAMS }, () => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const path = '/v1/chat/completions';
    const req = request({ port: relay.port, path, method: 'POST', agent: false, headers });
    req.on('error', () => undefined);
    req.end(body);
    return new Promise<void>((resolve) => {
      req.on('response', (res) => res.once('data', () => resolve()).on('error', () => undefined));
    });
  });
  await Promise.all(begun);
  await expect.poll(() => outsideMb() - before, { timeout: 5_000 }).toBeLessThan((STREAMS * BODY_MB) / 4);
  const ends = Array.from({ length: STREAMS }, () => relay.nextRecord());
  for (const answer of answers) answer.destroy();
  // Nothing was reported: its input is still known.
  for (const { usage } of await Promise.all(ends)) {
    expect(usage.estimated).toBe(true);
    expect(usage.input).toBeGreaterThan(100_000);
  }
});
