// A browser on this machine's Chromium, quiet on the network, that keeps what went wrong in a page.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { available } from './available.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Pictures of the pages land here; the folder is not committed. */
export const ARTIFACTS = join(import.meta.dirname, '..', '.artifacts');

export function launchBrowser(): Promise<Browser> {
  const executablePath = available().chromiumPath;
  if (!executablePath) throw new Error('no Chromium is at hand');
  return chromium.launch({ executablePath, args: ARGS });
}

export type Watched = {
  page: Page;
  /** Errors of scripts and of the console, answers of 500 and above. */
  problems: string[];
  /** Writes a picture named so; give it a look. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
};

/** Opens a page in a context of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A refused request shows here too; tests ask for refusals on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 500) problems.push(`${response.status()} ${response.url()}`);
  });
  return {
    page,
    problems,
    picture: async (name) => {
      mkdirSync(ARTIFACTS, { recursive: true });
      await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
    },
    close: () => context.close(),
  };
}
