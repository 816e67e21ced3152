// Promise: a body of 30 MB, or of 6 MB full of quotes, arrives intact and doesn't block the event loop for 50 ms; one of chunks arrives intact.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, KEY } from './harness.ts';

let fake: FakeUpstream;
let worker: Worker;
let port: number;

beforeAll(async () => {
  fake = await startFakeUpstream();
  worker = new Worker(new URL('./relay-worker.ts', import.meta.url), { workerData: fake.url });
  port = (await answer()).port ?? 0;
});
afterAll(async () => {
  await worker.terminate();
  await fake.close();
});

async function answer(): Promise<{ port?: number; longestMs?: number }> {
  const [message] = await once(worker, 'message');
  return message;
}

async function ask(text: string): Promise<{ longestMs?: number }> {
  const reply = answer();
  worker.postMessage(text);
  return reply;
}

function bodyFor(model: string): Buffer {
  const data = randomBytes(22.5 * 1024 * 1024).toString('base64');
  const source = { type: 'base64', media_type: 'image/png', data };
  const content = [
    { type: 'image', source },
    { type: 'text', text: 'What is this?' },
  ];
  return Buffer.from(JSON.stringify({ model, max_tokens: 16, messages: [{ role: 'user', content }] }));
}

/** Text as agents send it: a quote, escaped, every dozen bytes. */
function codeFor(model: string): Buffer {
  const line = 'const name = "value"; if (name === "other") call("x", [1, 2]);\\n';
  const text = line.repeat(Math.ceil((6 * 1024 * 1024) / JSON.stringify(line).length));
  return Buffer.from(JSON.stringify({ model, max_tokens: 16, messages: [{ role: 'user', content: text }] }));
}

it('6 MB of source code, spliced and looked through for its conversation', async () => {
  const body = codeFor('public-name');
  await ask('start');
  const got = await call({ port, path: '/v1/messages', body });
  const { longestMs } = await ask('report');
  expect(got.status).toBe(200);
  expect(fake.witness.last()?.bodyBytes).toBe(body.length);
  expect(longestMs).toBeLessThan(50);
});

it.each([
  ['under the same model name, untouched', 'fake-claude'],
  ['with the model name spliced', 'public-name'],
])('30 MB %s', async (_name, model) => {
  const body = bodyFor(model);
  const upstream = body.toString('latin1').replace('"model":"public-name"', '"model":"fake-claude"');
  await ask('start');
  const got = await call({ port, path: '/v1/messages', body });
  const { longestMs } = await ask('report');
  expect(got.status).toBe(200);
  expect(fake.witness.last()?.bodyBytes).toBe(upstream.length);
  expect(fake.witness.last()?.bodySha256).toBe(createHash('sha256').update(upstream, 'latin1').digest('hex'));
  expect(longestMs).toBeLessThan(50);
});

it('what comes in chunks, its length declared by nobody, arrives intact, too', async () => {
  const data = randomBytes(600 * 1024).toString('base64');
  const content = JSON.stringify({
    model: 'fake-claude',
    max_tokens: 16,
    messages: [{ role: 'user', content: data }],
  });
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const req = request({ port, path: '/v1/messages', method: 'POST', agent: false, headers });
  const answered = once(req, 'response');
  for (let at = 0; at < content.length; at += 100_000) req.write(content.slice(at, at + 100_000));
  req.end();
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  response.resume();
  expect(fake.witness.last()?.bodySha256).toBe(createHash('sha256').update(content).digest('hex'));
});
