// A new user gets from an empty installation to a first relayed request by clicking only.
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { getMe } from '@api-proxy/contracts/users';
import { parseUsd } from '@api-proxy/kit/money';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { launchBrowser, openPage, type Watched } from './harness/browser.ts';
import { stranger } from './harness/person.ts';
import { type Product, startProduct } from './harness/product.ts';

const LOGIN = { email: 'ada@example.com', password: 'correct horse battery' };

/** Longer than a tooltip waits before it opens. */
const TOOLTIP_MS = 1_000;
/** As long as a person holds a button down. */
const PRESS_MS = 150;

describe.skipIf(!available().chromiumPath)('the console from nothing', () => {
  let product: Product;
  let upstream: FakeUpstream;
  let browser: Browser;
  let view: Watched;

  beforeAll(async () => {
    [product, upstream, browser] = await Promise.all([
      startProduct({ database: 'embedded', console: true }),
      startFakeUpstream(),
      launchBrowser(),
    ]);
    view = await openPage(browser, { locale: 'en-US' });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await product?.remove();
    await upstream?.close();
  });

  it('registers, adds a channel and tests it, prices its models, grants quota, makes a key, calls', async () => {
    const { page, picture } = view;
    await page.goto(product.url);
    await page.getByRole('link', { name: 'Get started' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByLabel('E-mail').fill(LOGIN.email);
    await page.getByLabel('Password').fill(LOGIN.password);
    await picture('register');
    await page.getByRole('button', { name: 'Create account' }).click();

    await page.waitForURL('**/setup');
    await page.getByLabel('Address').fill(upstream.url);
    await page.getByLabel('API key', { exact: true }).fill('upstream-secret');
    await picture('setup-channel');
    await page.getByRole('button', { name: 'Add channel' }).click();
    await page.getByRole('button', { name: 'Test now' }).click();
    await page
      .getByText(/ answered/)
      .first()
      .waitFor();
    await picture('setup-channel-tested');
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('button', { name: /^Add \d+ models/ }).click();
    await page.getByRole('button', { name: 'Add to my balance' }).click();
    await page.getByRole('button', { name: 'Create key', exact: true }).click();
    await expect.poll(() => page.getByText(/sk-relay-\w{4}-\w{32}/).count()).toBeGreaterThan(0);
    await picture('setup-key');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: /^Call .* now$/ }).click();
    await page.getByTestId('first-call-ok').waitFor({ timeout: 20_000 });
    await picture('setup-done');
    expect(view.problems).toEqual([]);
    expect(upstream.witness.summary().outcomes.complete).toBeGreaterThanOrEqual(2);
  }, 120_000);

  it('the request is in the log with its cost, and the balance is smaller by it', async () => {
    const { page, picture } = view;
    const ada = stranger(product.url);
    await ada.request('POST', '/api/auth/sign-in/email', LOGIN);
    const { items } = await ada.call(listRequestLogs, {});
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ outcome: 'ok', stream: true, priced: true });
    expect(items[0]?.costUsd).not.toBe('0');
    await page.goto(`${product.url}/logs`);
    await page
      .getByText(items[0]?.modelAsked ?? '')
      .first()
      .waitFor();
    await picture('logs');
    await page.goto(`${product.url}/dashboard`);
    const costUsd = items[0]?.costUsd ?? '';
    const { balance } = await ada.call(getMe, {});
    const quota = parseUsd(balance.quotaUsd ?? '') ?? 0n;
    expect(balance.usedUsd).toBe(costUsd);
    expect(parseUsd(balance.remainingUsd ?? '')).toBe(quota - (parseUsd(costUsd) ?? 0n));
    expect(quota).toBeGreaterThan(0n);
    // The card shows a short number; the exact one is on hover.
    const head = page
      .locator('div')
      .filter({ has: page.getByRole('button', { name: 'Redeem' }) })
      .last();
    const amount = head.locator('..').locator('span.num').first();
    const tip = page.getByRole('tooltip');
    // A page that is not live yet hears nothing of the pointer: it goes there again.
    const told = async (): Promise<string[]> => {
      await page.mouse.move(0, 0);
      await amount.hover();
      await page.waitForTimeout(TOOLTIP_MS);
      return tip.allTextContents();
    };
    await expect.poll(told, { timeout: 10_000 }).toContain(`$${balance.remainingUsd}`);
    await picture('dashboard');
    expect(view.problems).toEqual([]);
  }, 60_000);

  it('a form says what is missing without moving what is being clicked', async () => {
    const { page, picture } = view;
    await page.goto(`${product.url}/admin/channels`);
    const sheet = page.getByRole('dialog');
    const name = sheet.getByLabel('Name', { exact: true });
    const enabled = sheet.getByRole('switch', { name: 'Enabled' });
    const missing = sheet.getByRole('alert');
    const open = async () => {
      const button = page.getByRole('button', { name: 'Add channel' }).first();
      // A page that is not live yet does not hear it.
      const opened = () => sheet.isVisible().then((is) => is || button.click().then(() => false));
      await expect.poll(opened, { timeout: 20_000, interval: 500 }).toBe(true);
      await name.focus();
    };
    await open();
    const on = () => enabled.getAttribute('aria-checked');
    expect(await on()).toBe('true');
    // Longer than it takes to check the field that is left.
    await enabled.click({ delay: PRESS_MS });
    expect([await on(), await missing.count()]).toEqual(['false', 0]);

    await name.fill('x');
    await name.fill('');
    await enabled.click({ delay: PRESS_MS });
    expect(await on()).toBe('true');
    await missing.waitFor();
    await picture('channel-name-missing');
    expect(await missing.allTextContents()).toEqual(['Required']);

    await page.reload();
    await open();
    await sheet.getByRole('button', { name: 'Cancel' }).click({ delay: PRESS_MS });
    await expect.poll(() => sheet.count()).toBe(0);
    expect(view.problems).toEqual([]);
  }, 60_000);
});
