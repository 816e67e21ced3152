// Supervised children: restarted after a crash, left alone after a stop, refused when they can't start.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildOptions, SupervisedChild } from './child.ts';
import { childReady } from './child-messages.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'api-proxy-test-'));
  writeFileSync(
    path.join(folder, 'good.mjs'),
    "process.send({ type: 'ready' }); process.on('message', () => process.exit(0));",
  );
  writeFileSync(
    path.join(folder, 'stubborn.mjs'),
    "process.on('SIGTERM', () => {}); process.send({ type: 'ready' }); process.on('message', () => {});",
  );
  writeFileSync(
    path.join(folder, 'bad.mjs'),
    "process.send({ type: 'fatal', message: 'no way' }); process.on('message', () => {});",
  );
  writeFileSync(path.join(folder, 'ends.mjs'), 'process.exit(3);');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function child(program: string, extra: Partial<ChildOptions> = {}): SupervisedChild {
  return new SupervisedChild({
    name: 'child',
    log: silentLogger,
    firstDelayMs: 1,
    spawn: () => fork(path.join(folder, program), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    untilReady: async (process) => {
      await childReady(process);
    },
    ...extra,
  });
}

describe('supervised child', () => {
  it('is started again when it crashes', async () => {
    let readiness = 0;
    let restarted = () => {};
    const again = new Promise<void>((resolve) => {
      restarted = resolve;
    });
    const supervised = child('good.mjs', {
      onReady: () => {
        readiness += 1;
        if (readiness === 2) restarted();
      },
    });
    await supervised.start();
    const first = supervised.current()?.pid;
    supervised.current()?.kill('SIGKILL');
    await again;
    expect(supervised.current()?.pid).not.toBe(first);
    await supervised.stop((process) => process.send('end'), 5_000);
    expect(supervised.current()?.exitCode).toBe(0);
    expect(readiness).toBe(2);
  });

  it('is killed when it does not end in time', async () => {
    const supervised = child('stubborn.mjs');
    await supervised.start();
    await supervised.stop((process) => process.kill('SIGTERM'), 50);
    expect(supervised.current()?.signalCode).toBe('SIGKILL');
  });

  it('tells why its first start failed', async () => {
    await expect(child('bad.mjs').start()).rejects.toThrow('no way');
    await expect(child('ends.mjs').start()).rejects.toThrow('child ended with code 3');
  });
});
