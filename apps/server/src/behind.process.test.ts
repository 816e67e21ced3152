// A process that was put behind others is: it has the lower priority.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import process from 'node:process';
import { expect, it } from 'vitest';
import { putBehind } from './behind.ts';

it('has what others leave over; a process that is gone is no failure', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { detached: true });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  putBehind(pid);
  expect(getPriority(pid)).toBe(10);
  expect(getPriority(process.pid)).toBeLessThan(10);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(() => putBehind(pid)).not.toThrow();
});
