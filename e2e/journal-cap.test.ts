// PostgreSQL away for longer than the journal has room: requests go on until it is full, then wait; nothing is lost or doubled.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { changeQuota, getMe } from '@api-proxy/contracts/users';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitOut } from './harness/installation.ts';
import { type Shot, startLoad } from './harness/load.ts';
import { type Postgres, postgresFolder, startPostgres, unprivileged } from './harness/postgres.ts';
import { freePort, type Product, startProduct } from './harness/product.ts';
import { expectSettled } from './harness/settled.ts';

const MODEL = 'fake-claude';
const CAP_BYTES = 1024 * 1024;
const PER_SECOND = 60;
/** Until upkeep has filled the leases for this pace: they then last for about a minute, the journal for a third of it. */
const WARM = PER_SECOND * 12;
/** What is under way when the journal is full still ends in it. */
const OVER = 1.2;
const STAYS_FULL_MS = 3_000;

const bin = postgresFolder((process.env.PATH ?? '').split(delimiter).filter(Boolean));
const identity = unprivileged();

describe.skipIf(!bin || identity === 'none')('the size cap of the journal', () => {
  let folder: string;
  let dataDir: string;
  let postgres: Postgres;
  let upstream: FakeUpstream;
  let product: Product;
  let secret: string;

  beforeAll(async () => {
    if (!bin || identity === 'none') return;
    folder = mkdtempSync(join(tmpdir(), 'api-proxy-e2e-cap-'));
    dataDir = mkdtempSync(join(tmpdir(), 'api-proxy-e2e-data-'));
    postgres = await startPostgres({ bin, identity, folder, port: await freePort() });
    upstream = await startFakeUpstream({ deterministic: true });
    const env = { JOURNAL_MAX_MB: String(CAP_BYTES / 2 ** 20), DATA_DIR: dataDir };
    product = await startProduct({ database: 'postgres', databaseUrl: postgres.url, env });
    const fitted = await fitOut(product.url, upstream, [MODEL]);
    secret = fitted.secret;
    const { id: userId } = await fitted.admin.call(getMe, {});
    await fitted.admin.call(changeQuota, { params: { userId }, body: { amountUsd: '100000' } });
  }, 120_000);

  afterAll(async () => {
    await product?.remove();
    await upstream?.close();
    await postgres?.remove();
    for (const path of [folder, dataDir]) if (path) rmSync(path, { recursive: true, force: true });
  });

  function journalBytes(): number {
    const journals = join(dataDir, 'journal');
    const files = readdirSync(journals, { recursive: true, encoding: 'utf8' });
    const segments = files.filter((name) => name.endsWith('.seg'));
    return segments.reduce(
      (sum, name) => sum + (statSync(join(journals, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  function expectRefusedClearly(refused: readonly Shot[]): void {
    for (const { status, text } of refused) {
      expect(status, text).toBe(503);
      expect(JSON.parse(text)).toMatchObject({
        type: 'error',
        error: { message: expect.stringContaining('can not be booked at the moment') },
      });
    }
  }

  it('full: 503 with a clear text; PostgreSQL back: all is booked once, and requests are admitted again', async () => {
    const load = startLoad({ url: product.url, secret, model: MODEL, perSecond: PER_SECOND });
    await expect.poll(() => load.shots.length, { timeout: 40_000 }).toBeGreaterThan(WARM);
    expect(load.shots.filter(({ status }) => status !== 200)).toEqual([]);
    expect(journalBytes()).toBeLessThan(CAP_BYTES / 2);
    const before = load.shots.length;
    await postgres.stopAtOnce();
    const refused = () => load.shots.filter(({ status }) => status !== 200);
    await expect.poll(() => refused().length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
    // Not the leases came to their end, but the room on disk.
    expect(journalBytes()).toBeGreaterThanOrEqual(CAP_BYTES);
    expect(journalBytes()).toBeLessThan(CAP_BYTES * OVER);
    expect(load.shots.length - before).toBeGreaterThan(CAP_BYTES / 4_000);
    const atCap = load.shots.length;
    await sleep(STAYS_FULL_MS);
    const late = load.shots.slice(atCap).filter(({ status }) => status === 200);
    expect(late.length).toBeLessThan(PER_SECOND / 4);
    expect(refused().length).toBeGreaterThan(PER_SECOND);
    expect(journalBytes()).toBeLessThan(CAP_BYTES * OVER);
    await postgres.start();
    const sinceMs = performance.now();
    const backMs = Date.now();
    const admittedAgain = () =>
      load.shots.filter(({ status, startedMs }) => status === 200 && startedMs > backMs);
    await expect.poll(() => admittedAgain().length, { timeout: 30_000 }).toBeGreaterThan(PER_SECOND);
    await load.stop();
    expectRefusedClearly(refused());
    await expectSettled({ databaseUrl: postgres.url, upstream, shots: load.shots, sinceMs });
    expect(journalBytes()).toBeLessThan(CAP_BYTES / 2);
  }, 180_000);
});
