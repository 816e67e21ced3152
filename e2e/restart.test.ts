// Stopping and starting again loses nothing, and a running stream is finished first.
import { listKeys } from '@api-proxy/contracts/keys';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { getMe } from '@api-proxy/contracts/users';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from './harness/installation.ts';
import { databaseKinds } from './harness/product.ts';

const QUICK = 'fake-claude';
const SLOW = 'fake-claude+events=12,interval=250';

describe.each(databaseKinds())('on the %s database', (database) => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await startInstallation({ database }, [QUICK, SLOW]);
  }, 120_000);

  afterAll(() => installation?.remove());

  const ask = (model: string, stream: boolean) =>
    fetch(`${installation.product.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': installation.secret, 'content-type': 'application/json' },
      body: JSON.stringify({ model, max_tokens: 64, stream, messages: [{ role: 'user', content: 'hello' }] }),
    });

  it('SIGTERM lets a running stream end whole, then the process ends', async () => {
    const { product } = installation;
    const response = await ask(SLOW, true);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.done).toBe(false);
    const stopped = product.stop();
    const decoder = new TextDecoder();
    let text = decoder.decode(first?.value, { stream: true });
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      text += decoder.decode(part.value, { stream: true });
    }
    expect(text).toContain('event: message_stop');
    await stopped;
    await expect(fetch(`${product.url}/api/health/live`)).rejects.toThrow();
    await product.start();
  }, 60_000);

  it('after a restart keys, balance, log rows and sessions are what they were', async () => {
    const { product, admin } = installation;
    expect((await ask(QUICK, false)).status).toBe(200);
    await expect
      .poll(async () => (await admin.call(listRequestLogs, {})).items.map(({ modelAsked }) => modelAsked), {
        timeout: 10_000,
      })
      .toEqual([QUICK, SLOW]);
    const facts = async () => ({
      me: (await admin.call(getMe, {})).balance,
      keys: (await admin.call(listKeys, {})).items.map(({ id, usedUsd }) => ({ id, usedUsd })),
      rows: (await admin.call(listRequestLogs, {})).items.map(({ requestId, costUsd }) => ({
        requestId,
        costUsd,
      })),
    });
    const before = await facts();
    expect(before.me.usedUsd).not.toBe('0');
    await product.stop();
    await product.start();
    expect(await facts()).toEqual(before);
    expect((await ask(QUICK, false)).status).toBe(200);
  }, 60_000);

  it('an upstream that is gone gives a 502 in the shape of the caller at once', async () => {
    await installation.upstream.close();
    const startedMs = performance.now();
    const answer = await ask(QUICK, false);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
