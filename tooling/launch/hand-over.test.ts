// The launcher and its command end together: exit codes and signals pass through.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { expect, it } from 'vitest';

const MODULE = new URL('./process.mjs', import.meta.url).href;

/** A launcher in a process of its own that hands over to a script. */
function launch(script: string) {
  const call = `handOver(process.execPath, ['-e', ${JSON.stringify(script)}], { cwd: '.', env: process.env })`;
  const source = `import { handOver } from '${MODULE}'; process.exitCode = await ${call};`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

it('the exit code of the command is the exit code of the launcher', async () => {
  const [code] = await once(launch('process.exit(7)'), 'exit');
  expect(code).toBe(7);
});

it('SIGTERM to the launcher lets the command finish its own way', async () => {
  const launcher = launch(`
    process.on('SIGTERM', () => { console.log('drained'); process.exit(0); });
    setInterval(() => {}, 1000); console.log('ready');`);
  await once(launcher.stdout, 'data');
  const text = once(launcher.stdout, 'data');
  launcher.kill('SIGTERM');
  expect(String((await text)[0])).toContain('drained');
  const [code] = await once(launcher, 'exit');
  expect(code).toBe(0);
});

it('a command that dies by a signal ends the launcher by the same signal', async () => {
  const [code, signal] = await once(launch(`process.kill(process.pid, 'SIGKILL')`), 'exit');
  expect(code).toBeNull();
  expect(signal).toBe('SIGKILL');
});

it('SIGINT sent to the launcher alone reaches the command once', async () => {
  const launcher = launch(`
    let count = 0;
    process.on('SIGINT', () => { count += 1; setTimeout(() => { console.log('count ' + count); process.exit(0); }, 100); });
    setInterval(() => {}, 1000); console.log('ready');`);
  await once(launcher.stdout, 'data');
  const text = once(launcher.stdout, 'data');
  launcher.kill('SIGINT');
  launcher.kill('SIGINT');
  expect(String((await text)[0])).toContain('count 1');
});
