// Request bodies as clients really send them: large, compressed, malicious; the worker stays responsive and within its memory.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from './harness/installation.ts';
import { childrenOf, rssBytes, workersAmong } from './harness/process-facts.ts';
import { send } from './harness/raw-client.ts';

const MODEL = 'fake-claude';
const MB = 1_024 * 1_024;

let installation: Installation;
beforeAll(async () => {
  installation = await startInstallation({ database: 'embedded' }, [MODEL]);
}, 120_000);
afterAll(() => installation?.remove());

const pid = () => workersAmong(childrenOf(installation.product.pid()))[0];

const post = (body: Buffer, headers: Record<string, string> = {}) =>
  send({
    url: installation.product.url,
    path: '/v1/messages',
    secret: installation.secret,
    ...{ body, headers },
  });

/** The fake has the body whole as it was sent, its model under the same name. */
function arrived(body: Buffer): void {
  const last = installation.upstream.witness.last();
  expect(last?.bodyBytes).toBe(body.length);
  expect(last?.bodySha256).toBe(createHash('sha256').update(body).digest('hex'));
}

function withImage(megabytes: number): Buffer {
  const data = randomBytes(megabytes * 0.75 * MB).toString('base64');
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
  const content = [image, { type: 'text', text: 'What is this?' }];
  return Buffer.from(JSON.stringify({ model: MODEL, max_tokens: 16, messages: [{ role: 'user', content }] }));
}

/** The longest time for which the worker computed between two answers to a probe, while `work` runs. */
async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  const probe = new Worker(new URL('./harness/loop-probe.ts', import.meta.url), {
    workerData: { url: installation.product.url, pid: pid() },
  });
  try {
    await once(probe, 'message');
    await work();
    probe.postMessage('report');
    const [report] = await once(probe, 'message');
    expect(report.probes).toBeGreaterThan(20);
    return report.longestMs;
  } finally {
    await probe.terminate();
  }
}

describe('large', () => {
  it.each([20, 30])('%i MB arrive intact, and the event loop is never held for 50 ms', async (megabytes) => {
    const body = withImage(megabytes);
    const longestMs = await longestBlockMs(async () => {
      const seen = await post(body);
      expect(seen.status, seen.text).toBe(200);
    });
    arrived(body);
    expect(longestMs).toBeLessThan(50);
  });
});

describe('compressed', () => {
  const plain = Buffer.from(
    JSON.stringify({
      ...{ model: MODEL, max_tokens: 16 },
      messages: [{ role: 'user', content: '压缩的请求 '.repeat(5_000) }],
    }),
  );
  const zeros = Buffer.alloc(16 * MB);

  it.each([
    ['gzip', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
  ])('%s is undone, and the upstream gets what was meant', async (coding, body) => {
    const seen = await post(body, { 'content-encoding': coding });
    expect(seen.status, seen.text).toBe(200);
    arrived(plain);
    expect(installation.upstream.witness.last()?.headers).not.toHaveProperty('content-encoding');
  });

  it.each([
    // Members one after the other unpack to a gigabyte.
    ['gzip', Buffer.concat(Array.from({ length: 64 }, () => gzipSync(zeros)))],
    ['br', brotliCompressSync(Buffer.alloc(256 * MB))],
    ['zstd', zstdCompressSync(Buffer.alloc(256 * MB))],
    ['deflate', deflateSync(Buffer.alloc(256 * MB))],
  ])(
    'a %s bomb is refused at once, for little memory',
    async (coding, bomb) => {
      const before = rssBytes(pid());
      const requests = installation.upstream.witness.summary().requests;
      const began = performance.now();
      const seen = await post(bomb, { 'content-encoding': coding });
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(seen.status).toBe(413);
      expect(seen.text).toContain('64 MB');
      // At most what a body may measure, and as much again for what the collector has not taken yet.
      expect(rssBytes(pid()) - before).toBeLessThan(160 * MB);
      expect(installation.upstream.witness.summary().requests).toBe(requests);
    },
    30_000,
  );

  it('an unknown coding is refused with 415, what is no such data with 400', async () => {
    const unknown = await post(plain, { 'content-encoding': 'lzma' });
    expect([unknown.status, JSON.parse(unknown.text).type]).toEqual([415, 'error']);
    expect(unknown.text).toContain('lzma');
    for (const coding of ['gzip', 'br', 'zstd', 'deflate']) {
      const bad = await post(plain, { 'content-encoding': coding });
      expect([coding, bad.status, JSON.parse(bad.text).type]).toEqual([coding, 400, 'error']);
      const cut = await post(gzipSync(plain).subarray(0, 60), { 'content-encoding': 'gzip' });
      expect(cut.status).toBe(400);
    }
  });

  it('each refusal has its row and costs nothing', async () => {
    const refused = async () =>
      (
        await installation.admin.call(listRequestLogs, { query: { limit: 200, outcome: 'client_error' } })
      ).items.map(({ status, costUsd }) => `${status} ${costUsd}`);
    await expect
      .poll(async () => (await refused()).toSorted(), { timeout: 5_000 })
      .toEqual([...Array(8).fill('400 0'), ...Array(4).fill('413 0'), '415 0']);
  });
});
