// The demo: prints a streamed answer, a log-in and a curl, and leaves nothing behind.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { childEnvironment } from './config.ts';

const DEMO = fileURLToPath(new URL('./demo.ts', import.meta.url));

it('prints an answer that came through the relay, and removes its data', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'demo-test-'));
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO, '--once'], {
    env: childEnvironment({ TMPDIR: folder }),
  });
  const answer = stdout.slice(stdout.indexOf('team.') + 'team.'.length, stdout.indexOf('Console')).trim();
  expect(answer).toMatch(/\w+ \w+/);
  expect(stdout).toMatch(/Log-in {4}demo@example\.com {2}demo-\w+/);
  expect(stdout).toMatch(/^curl -N http:\/\/localhost:\d+\/v1\/messages -H 'x-api-key: sk-relay-/m);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
