// A user without quota is refused with the words of the operator, redeems a gift card in the console, and the same call works; a refund.

import { runReconciliation } from '@api-proxy/contracts/finance';
import { createGiftCards } from '@api-proxy/contracts/gift-cards';
import { createKey } from '@api-proxy/contracts/keys';
import { getRequestLog, listRequestLogs } from '@api-proxy/contracts/request-logs';
import { updateSettings } from '@api-proxy/contracts/settings';
import { getMe } from '@api-proxy/contracts/users';
import { parseUsd } from '@api-proxy/kit/money';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { launchBrowser, openPage, type Watched } from './harness/browser.ts';
import { type Installation, startInstallation } from './harness/installation.ts';
import { register } from './harness/person.ts';

const MODEL = 'fake-gpt';
const RECHARGE = 'Ask Grace in finance for a gift card.';
const CARD_NANO = 250_000_000n;

describe.skipIf(!available().chromiumPath)('a gift card in the console', () => {
  let installation: Installation;
  let browser: Browser;
  let view: Watched;

  beforeAll(async () => {
    [installation, browser] = await Promise.all([
      startInstallation({ database: 'embedded', console: true }, [MODEL]),
      launchBrowser(),
    ]);
    view = await openPage(browser, { locale: 'en-US' });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await installation?.remove();
  });

  const ask = (secret: string): Promise<Response> =>
    fetch(`${installation.product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello?' }] }),
    });

  it('402 with what to do → redeemed in the dashboard → the same call works and says what is left', async () => {
    const { admin, product } = installation;
    const { page, picture } = view;
    await admin.call(updateSettings, { body: { rechargeMessage: RECHARGE } });
    const { codes } = await admin.call(createGiftCards, { body: { amountUsd: '0.25' } });
    const bob = await register(product.url, 'bob');
    const { secret } = await bob.call(createKey, { body: { name: 'own' } });

    // Settings are in force within two seconds.
    await expect.poll(async () => (await ask(secret)).text(), { timeout: 5_000 }).toContain(RECHARGE);
    const refused = await ask(secret);
    expect(refused.status).toBe(402);
    expect(refused.headers.get('x-quota-remaining-usd')).toBe('0');
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining(RECHARGE) } });

    await page.goto(`${product.url}/login`);
    await page.getByLabel('E-mail').fill('bob@example.com');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/dashboard');
    await page.getByRole('button', { name: 'Redeem' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Code').fill(codes[0] ?? '');
    await picture('redeem');
    await dialog.getByRole('button', { name: 'Redeem' }).click();
    await page.getByText('$0.25 added. Your balance is $0.25.').waitFor();
    await picture('redeemed');

    const answered = await ask(secret);
    expect(answered.status).toBe(200);
    const left = parseUsd(answered.headers.get('x-quota-remaining-usd') ?? '') ?? -1n;
    expect(left).toBeGreaterThan(0n);
    expect(left).toBeLessThanOrEqual(CARD_NANO);
    // Nothing else was ever spent: what is gone from the card is what this answer cost.
    const used = async () => parseUsd((await bob.call(getMe, {})).balance.usedUsd) ?? 0n;
    await expect.poll(used, { timeout: 10_000 }).toBeGreaterThan(0n);
    const { balance } = await bob.call(getMe, {});
    expect(balance.quotaUsd).toBe('0.25');
    expect(parseUsd(balance.remainingUsd ?? '')).toBe(CARD_NANO - (await used()));
    expect(view.problems).toEqual([]);
  }, 120_000);

  it('an admin gives it back from the detail of the request, with a reason that the user reads', async () => {
    const { admin, product } = installation;
    const { items } = await admin.call(listRequestLogs, { query: { scope: 'all', outcome: 'ok' } });
    const [request] = items;
    const other = await openPage(browser, { locale: 'en-US' });
    const { page } = other;
    await page.goto(`${product.url}/login`);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/dashboard');
    await page.goto(`${product.url}/admin/logs?detail=${request?.requestId}`);
    await page.getByRole('button', { name: 'Refund this request' }).click();
    await page.getByLabel('Reason').fill('answer was empty');
    await other.picture('refund');
    await page.getByRole('button', { name: 'Refund', exact: true }).click();
    await page.getByText('Refunded:').waitFor();
    await other.picture('refunded');
    const left = await admin.call(getRequestLog, { params: { requestId: request?.requestId ?? '' } });
    expect(left.refund).toMatchObject({ amountUsd: request?.costUsd, note: 'answer was empty' });
    const books = await admin.call(runReconciliation, {});
    expect(books).toMatchObject({ differenceUsd: '0', differences: [] });
    expect(other.problems).toEqual([]);
  }, 60_000);
});
