// Two workers under SIGTERM: what runs ends whole; what is too long is told so in its dialect; every request is booked.
import { openDatabase } from '@api-proxy/db/open';
import { rowsOf } from '@api-proxy/db/rows';
import { reconcile } from '@api-proxy/ledger/reconciliation/reconcile';
import { startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { fitOut } from './harness/installation.ts';
import { newDatabase, startProduct } from './harness/product.ts';
import { headOf, readAll, shoot } from './harness/raw-client.ts';

const WHOLE = 'fake-claude+events=40,interval=200';
const ENDLESS = 'fake-claude+events=100000,interval=100';
const ENDLESS_CHAT = 'fake-gpt+events=100000,interval=100';
const EACH = 20;
const { databaseUrl, redisUrl } = available();

describe.skipIf(!databaseUrl || !redisUrl)('two workers', () => {
  it('a shutdown under streams cuts none that fits, says so to those that do not, and loses no row', async () => {
    const database = await newDatabase();
    const upstream = await startFakeUpstream({ deterministic: true });
    const env = { WORKERS: '2', REDIS_URL: redisUrl ?? '', DRAIN_TIMEOUT_S: '6' };
    const product = await startProduct({ database: 'postgres', databaseUrl: database.url, env });
    const books = openDatabase({ url: database.url, poolSize: 1, applicationName: 'e2e' });
    try {
      const { secret } = await fitOut(product.url, upstream, [WHOLE, ENDLESS, ENDLESS_CHAT]);
      const ask = (model: string, path: string) => {
        const messages = [{ role: 'user', content: 'hello' }];
        const body = { model, stream: true, max_tokens: 64, messages };
        return shoot({ url: product.url, path, secret, body });
      };
      const streams = (model: string, path: string) => Array.from({ length: EACH }, () => ask(model, path));
      const whole = streams(WHOLE, '/v1/messages').map((req) => readAll(req));
      const cut = streams(ENDLESS, '/v1/messages').map((req) => readAll(req));
      const cutChat = streams(ENDLESS_CHAT, '/v1/chat/completions').map((req) => readAll(req));
      const open = () => upstream.witness.summary().outcomes.open;
      await expect.poll(open, { timeout: 10_000, interval: 20 }).toBe(3 * EACH);
      const stopped = product.stop();
      for (const seen of await Promise.all(whole)) {
        expect(seen).toMatchObject({ status: 200, complete: true });
        expect(seen.text).toContain('event: message_stop');
      }
      // Grace is over by then: nobody listens for new ones.
      expect(await headOf(ask(WHOLE, '/v1/messages'))).toBeUndefined();
      for (const seen of await Promise.all(cut)) {
        expect(seen).toMatchObject({ status: 200, complete: true });
        expect(seen.text).toMatch(/event: error\ndata: \{"type":"error".*\n\n$/);
      }
      for (const seen of await Promise.all(cutChat)) expect(seen.text).toMatch(/data: \{"error".*\n\n$/);
      await stopped;
      const rows = rowsOf<{ outcome: string; count: number; paid: boolean; tokens: boolean }>(
        await books.db.execute(
          `select outcome, count(*)::int as count, bool_and(cost > 0) as paid, bool_and(output_tokens > 0) as tokens
           from request_log group by 1 order by 1`,
        ),
      );
      expect(rows).toEqual([
        { outcome: 'interrupted', count: 2 * EACH, paid: true, tokens: true },
        { outcome: 'ok', count: EACH, paid: true, tokens: true },
      ]);
      expect((await reconcile(books.db)).differences).toEqual([]);
      expect(open()).toBe(0);
    } finally {
      await books.close();
      await product.remove();
      await upstream.close();
      await database.drop();
    }
  }, 120_000);
});
