// `kill -9` of the whole process tree under load: what was delivered is charged once, nothing is charged twice.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { listLedger } from '@api-proxy/contracts/ledger';
import { listRequestLogs, type RequestLogRow } from '@api-proxy/contracts/request-logs';
import { getMe } from '@api-proxy/contracts/users';
import { formatUsd } from '@api-proxy/kit/money';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyPage, sumUsd } from './harness/books.ts';
import { type Installation, startInstallation } from './harness/installation.ts';
import { databaseKinds } from './harness/product.ts';

const MODEL = 'fake-claude';
const ROUNDS = 4;
const PARALLEL = 12;

/** A process may end while it is looked at: that is no failure. */
function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
  }
}

/** A process and all its descendants, as /proc tells them. */
function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    unlessGone(() => {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    });
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

function killTree(root: number): void {
  for (const pid of treeOf(root)) unlessGone(() => process.kill(pid, 'SIGKILL'));
}

describe.each(databaseKinds())('on the %s database', (database) => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await startInstallation({ database }, [MODEL]);
  }, 120_000);

  afterAll(() => installation?.remove());

  /** Asks until the server is gone; gives the ids of the answers that arrived whole. */
  async function askUntilGone(delivered: Set<string>): Promise<void> {
    const { product, secret } = installation;
    for (let index = 0; ; index++) {
      try {
        const response = await fetch(`${product.url}/v1/messages`, {
          method: 'POST',
          headers: { 'x-api-key': secret, 'content-type': 'application/json' },
          body: JSON.stringify({
            model: MODEL,
            max_tokens: 64,
            stream: index % 2 === 0,
            messages: [{ role: 'user', content: `question ${index}` }],
          }),
        });
        const text = await response.text();
        const whole = index % 2 === 1 || text.includes('event: message_stop');
        if (response.status === 200 && whole) delivered.add(response.headers.get('x-request-id') ?? '');
      } catch {
        // The connection broke: the server was killed.
        return;
      }
    }
  }

  it('each delivered answer has one charged row after the restart, and the books agree', async () => {
    const { product, admin } = installation;
    const delivered = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const before = delivered.size;
      const clients = Array.from({ length: PARALLEL }, () => askUntilGone(delivered));
      await expect
        .poll(() => delivered.size, { timeout: 20_000, interval: 20 })
        .toBeGreaterThan(before + 60 + round * 7);
      killTree(product.pid());
      await Promise.all(clients);
      await product.stop();
      await product.start();
    }
    const rows = await everyPage<RequestLogRow>((cursor) =>
      admin.call(listRequestLogs, { query: { limit: 200, ...(cursor ? { cursor } : {}) } }),
    );
    const byId = new Map(rows.map((row) => [row.requestId, row]));
    expect(byId.size).toBe(rows.length);
    for (const id of delivered) expect(byId.get(id), id).toMatchObject({ outcome: 'ok', priced: true });
    for (const row of rows) {
      if (row.outcome === 'interrupted') expect(row.costUsd).toBe('0');
      else expect(['ok', 'client_closed']).toContain(row.outcome);
    }
    const charges = await everyPage((cursor) =>
      admin.call(listLedger, { query: { limit: 200, kind: 'charge', ...(cursor ? { cursor } : {}) } }),
    );
    expect(new Set(charges.map(({ reference }) => reference)).size).toBe(charges.length);
    const cost = sumUsd(rows.map(({ costUsd }) => costUsd));
    expect(formatUsd(-sumUsd(charges.map(({ amountUsd }) => amountUsd)))).toBe(formatUsd(cost));
    expect((await admin.call(getMe, {})).balance.usedUsd).toBe(formatUsd(cost));
  }, 180_000);
});
