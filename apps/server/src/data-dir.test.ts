// The data folder: private secrets, one instance, messages that help.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generatedSecret, lockFile, prepareDataDir } from './data-dir.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'api-proxy-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('data folder', () => {
  it('keeps a generated secret in a file only its owner can read, and gives the same one again', () => {
    const first = generatedSecret(folder, 'app-secret');
    expect(statSync(path.join(folder, 'app-secret')).mode & 0o777).toBe(0o600);
    expect(first.reveal()).toHaveLength(43);
    expect(generatedSecret(folder, 'app-secret').reveal()).toBe(first.reveal());
    expect(generatedSecret(folder, 'other').reveal()).not.toBe(first.reveal());
  });

  it('refuses a damaged secret instead of making a new one', () => {
    writeFileSync(path.join(folder, 'app-secret'), '');
    expect(() => generatedSecret(folder, 'app-secret')).toThrow('is damaged');
  });

  it('says so when the folder can not be written', () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(() => prepareDataDir(path.join(folder, 'file', 'data'))).toThrow(/can't be written \(ENOTDIR\)/);
  });

  it('is locked by one process, named in the message, until that one lets go', async () => {
    const file = path.join(folder, 'server.lock');
    const lock = await lockFile(file, 0);
    await expect(lockFile(file, 0)).rejects.toThrow(`in use by process ${process.pid}`);
    const waiting = lockFile(file, 5_000);
    lock.release();
    await (await waiting).release();
  });

  it('takes over the lock of a process that is gone', async () => {
    const file = path.join(folder, 'server.lock');
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'exit');
    writeFileSync(file, String(ended.pid));
    const lock = await lockFile(file, 0);
    expect(readFileSync(file, 'utf8')).toContain(String(process.pid));
    lock.release();
  });

  it.runIf(process.platform === 'linux')(
    'takes over the lock of an older process with the same number',
    async () => {
      const file = path.join(folder, 'server.lock');
      writeFileSync(file, `${process.pid} 1`);
      (await lockFile(file, 0)).release();
    },
  );
});
