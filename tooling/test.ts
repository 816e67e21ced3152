// `npm test`: everything `verify` checks, then the journeys end to end, on both databases where PostgreSQL is installed.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startTestServices } from '@api-proxy/e2e/harness/services';
import { interruption, runAndReport } from './runner/report.ts';
import type { Step } from './runner/steps.ts';
import { type Site, verifySteps } from './runner/verify-steps.ts';
import { runVitest } from './runner/vitest.ts';

/** The launcher has bundled it: what is tested end to end is what `npm start` runs. */
const BUNDLE = { TEST_SERVER_PROGRAM: 'apps/server/dist/main.js' };

/** Seconds of the soak under faults: ten minutes where nobody waits for it. */
const SOAK = { CHAOS_S: process.env.CHAOS_S ?? (process.env.CI ? '600' : '60') };

function endToEnd(site: Site): Step {
  const args = ['--config', join('e2e', 'vitest.config.ts')];
  return { name: 'end to end', run: () => runVitest({ ...site, args, cwd: site.root }) };
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { signal } = interruption();
const services = await startTestServices(process.env);
try {
  const site = { root, env: { ...process.env, ...services.env, ...BUNDLE, ...SOAK }, signal };
  process.exitCode = await runAndReport([...verifySteps(site), [endToEnd(site)]], services.missing);
} finally {
  await services.stop();
}
