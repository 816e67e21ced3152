// What must hold some time after the database is back: every answer is booked, once, and the books agree.
import type { FakeUpstream } from '@api-proxy/testing/fake-upstream';
import { expect } from 'vitest';
import { audit } from './audit.ts';
import type { Shot } from './load.ts';

const WITHIN_MS = 30_000;

export type Settling = {
  databaseUrl: string;
  /** What it answered is what has to be paid: no other requests may have reached it. */
  upstream: FakeUpstream;
  /** All requests so far. */
  shots: readonly Shot[];
  /** `performance.now()` when the database was back. */
  sinceMs: number;
};

/** Waits until every whole answer has its row, then compares rows, charges, balances and the upstream's own count. */
export async function expectSettled({ databaseUrl, upstream, shots, sinceMs }: Settling): Promise<void> {
  const delivered = shots.filter(({ status, whole }) => status === 200 && whole);
  const missing = async () => {
    const { rows } = await audit(databaseUrl);
    const ok = new Set(rows.filter(({ outcome }) => outcome === 'ok').map(({ requestId }) => requestId));
    return delivered.filter(({ requestId }) => !ok.has(requestId)).length;
  };
  await expect.poll(missing, { timeout: WITHIN_MS, interval: 500 }).toBe(0);
  expect(performance.now() - sinceMs).toBeLessThan(WITHIN_MS + 5_000);
  const { rows, charges, report } = await audit(databaseUrl);
  expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(rows.length);
  for (const { requestId } of delivered) expect(charges.get(requestId)?.times, requestId).toBe(1);
  for (const { times } of charges.values()) expect(times).toBe(1);
  expect(charges.size).toBe(upstream.witness.summary().outcomes.complete);
  expect(report.differences.filter(({ book }) => book !== 'leases')).toEqual([]);
  expect(report.difference).toBe(0n);
}
