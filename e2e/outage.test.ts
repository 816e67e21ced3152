// PostgreSQL stopped for a minute under load, or frozen: requests go on while leases last, and nothing is lost or doubled.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from './harness/audit.ts';
import { newCustomer } from './harness/customer.ts';
import { fitOut } from './harness/installation.ts';
import { type Shot, startLoad } from './harness/load.ts';
import type { Person } from './harness/person.ts';
import { type Postgres, postgresFolder, startPostgres, unprivileged } from './harness/postgres.ts';
import { freePort, type Product, startProduct } from './harness/product.ts';
import { expectSettled } from './harness/settled.ts';

const MODEL = 'fake-claude';
/** Costs so much that a lease for one request is no lease for the next. */
const DEAR = 'fake-claude+id=dear';
const PER_SECOND = 40;
/** Until upkeep has filled the leases for this pace. */
const WARM = PER_SECOND * 12;
const AWAY_MS = 60_000;
/** At a steady pace, leases are kept filled for about a minute of what is asked. */
const LEASES_LAST_MS = 15_000;
const FROZEN_MS = 30_000;

const bin = postgresFolder((process.env.PATH ?? '').split(delimiter).filter(Boolean));
const identity = unprivileged();

describe.skipIf(!bin || identity === 'none')('PostgreSQL away under load', () => {
  let folder: string;
  let postgres: Postgres;
  let upstream: FakeUpstream;
  let product: Product;
  let admin: Person;
  let secret: string;
  const shots: Shot[] = [];

  beforeAll(async () => {
    if (!bin || identity === 'none') return;
    folder = mkdtempSync(join(tmpdir(), 'api-proxy-e2e-pg-'));
    postgres = await startPostgres({ bin, identity, folder, port: await freePort() });
    upstream = await startFakeUpstream({ deterministic: true });
    product = await startProduct({ database: 'postgres', databaseUrl: postgres.url });
    ({ admin, secret } = await fitOut(product.url, upstream, [MODEL, DEAR]));
  }, 120_000);

  afterAll(async () => {
    postgres?.thaw();
    await product?.remove();
    await upstream?.close();
    await postgres?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  type Answer = { status: number; text: string; retryAfter: string | null };

  /** A request that its lease can't cover, with a limit of a million tokens. */
  async function askMuch(key: string, path: '/v1/messages' | '/v1/chat/completions'): Promise<Answer> {
    const response = await fetch(product.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: DEAR,
        max_tokens: 1_000_000,
        messages: [{ role: 'user', content: 'hello' }],
      }),
    });
    const text = await response.text();
    return { status: response.status, text, retryAfter: response.headers.get('retry-after') };
  }

  async function expectRefusedClearly(): Promise<void> {
    const claude = await askMuch(secret, '/v1/messages');
    expect(claude).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
    expect(JSON.parse(claude.text)).toMatchObject({ type: 'error', error: { message: expect.any(String) } });
    expect(claude.text).toContain('can not be booked at the moment');
    const openai = await askMuch(secret, '/v1/chat/completions');
    expect(openai.status).toBe(503);
    expect(JSON.parse(openai.text)).toMatchObject({ error: { message: expect.any(String) } });
    const stranger = await askMuch('sk-relay-abcd-0123456789abcdefghijABCDEFGHIJ01', '/v1/messages');
    expect(stranger.status).toBe(503);
    expect(stranger.text).toContain('can not be checked at the moment');
  }

  /** Requests go on, and whoever comes after the leases are spent is told so. */
  function expectWhileLeasesLast(during: readonly Shot[], sinceMs: number): void {
    const covered = during.filter(({ startedMs }) => startedMs < sinceMs + LEASES_LAST_MS);
    expect(covered.length).toBeGreaterThan((PER_SECOND * LEASES_LAST_MS) / 1_000 / 3);
    const failed = (shots: readonly Shot[]) => shots.filter(({ status }) => status !== 200);
    expect(failed(covered).map(({ status, text }) => `${status} ${text}`)).toEqual([]);
    for (const { status, text } of failed(during)) {
      expect(status).toBe(503);
      expect(text).toContain('can not be booked at the moment');
    }
  }

  const expectBooked = (sinceMs: number) =>
    expectSettled({ databaseUrl: postgres.url, upstream, shots, sinceMs });

  it('stopped at once for 60 s: known callers go on, what leases do not cover gets a clear 503, all is settled', async () => {
    const load = startLoad({ url: product.url, secret, model: MODEL, perSecond: PER_SECOND });
    await expect.poll(() => load.shots.length, { timeout: 40_000 }).toBeGreaterThan(WARM);
    await postgres.stopAtOnce();
    const stoppedMs = Date.now();
    await sleep(AWAY_MS / 2);
    await expectRefusedClearly();
    await sleep(AWAY_MS - (Date.now() - stoppedMs));
    const during = load.shots.filter(({ startedMs }) => startedMs > stoppedMs + 1_000);
    await postgres.start();
    const backMs = performance.now();
    await sleep(2_000);
    await load.stop();
    shots.push(...load.shots);
    expectWhileLeasesLast(during, stoppedMs);
    await expectBooked(backMs);
  }, 180_000);

  it('frozen for 30 s: the same, although nothing tells that it is away', async () => {
    const load = startLoad({ url: product.url, secret, model: MODEL, perSecond: PER_SECOND });
    await expect.poll(() => load.shots.length, { timeout: 40_000 }).toBeGreaterThan(WARM);
    postgres.freeze();
    const frozenMs = Date.now();
    await sleep(FROZEN_MS);
    const during = load.shots.filter(({ startedMs }) => startedMs > frozenMs + 1_000);
    postgres.thaw();
    const backMs = performance.now();
    await sleep(2_000);
    await load.stop();
    shots.push(...load.shots);
    expectWhileLeasesLast(during, frozenMs);
    await expectBooked(backMs);
  }, 120_000);

  it('leases that run out during an outage end in 503, not in an overdraft, and the balance is as before', async () => {
    const { secret: own, remaining } = await newCustomer(product.url, admin, {
      name: 'bob',
      balance: 1_000_000_000n,
    });
    const before = await remaining();
    const first = startLoad({ url: product.url, secret: own, model: MODEL, perSecond: 5 });
    await expect.poll(() => first.shots.length, { timeout: 10_000 }).toBeGreaterThan(5);
    await first.stop();
    shots.push(...first.shots);
    await postgres.stopAtOnce();
    const load = startLoad({ url: product.url, secret: own, model: MODEL, perSecond: 150 });
    await expect.poll(() => load.shots.some(({ status }) => status === 503), { timeout: 30_000 }).toBe(true);
    await load.stop();
    shots.push(...load.shots);
    expect(load.shots.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(new Set(load.shots.map(({ status }) => status))).toEqual(new Set([200, 503]));
    await postgres.start();
    await expectBooked(performance.now());
    const { charges } = await audit(postgres.url);
    const spent = [...first.shots, ...load.shots].reduce(
      (sum, { requestId }) => sum + (charges.get(requestId)?.amount ?? 0n),
      0n,
    );
    expect(before - (await remaining())).toBe(spent);
  }, 120_000);
});
