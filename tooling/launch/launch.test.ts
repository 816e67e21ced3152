// What the launcher promises: work is done once, failures are told in words, and Bun is found where it is.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bunInTools, findBun, isRecent, pinnedBunVersion } from './bun.mjs';
import { COMMANDS, commandList } from './commands.mjs';
import { consoleHash, consoleIsBuilt } from './console-build.mjs';
import { commandEnvironment, toolEnvironment } from './environment.mjs';
import { withLock } from './lock.mjs';
import { manifests, packagesAreReady, packagesHash } from './packages.mjs';
import { buildProblem, causeOf, fileProblem, installProblem } from './problem.mjs';
import { capture, firstLine } from './process.mjs';
import { buildServer, serverIsBuilt } from './server-build.mjs';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'launch test '));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A script that answers `--version`, as large as a program when padded. */
function putProgram(path: string, version: string, padding = 0): string {
  const file = put(path, `#!/bin/sh\necho ${version}\nexit 0\n${'#'.repeat(padding)}`);
  chmodSync(file, 0o755);
  return file;
}

function putWorkspace(): void {
  put('package.json', JSON.stringify({ packageManager: 'bun@1.4.5', workspaces: ['apps/*', 'tooling'] }));
  put('bun.lock', 'lock one');
  put('apps/console/package.json', '{"name":"console"}');
  put('tooling/package.json', '{"name":"tooling"}');
}

describe('stamps', () => {
  it('packages count as ready only while lock file and manifests are those that were installed', () => {
    putWorkspace();
    putProgram('node_modules/.bin/node', 'v24.0.0');
    put('node_modules/.stamp', `${packagesHash(root)}\n`);
    expect(packagesAreReady(root)).toBe(true);
    put('apps/console/package.json', '{"name":"console","dependencies":{}}');
    expect(packagesAreReady(root)).toBe(false);
  });

  it('a new workspace makes the installation stale', () => {
    putWorkspace();
    const before = packagesHash(root);
    put('apps/other/package.json', '{}');
    expect(packagesHash(root)).not.toBe(before);
    expect(manifests(root)).toHaveLength(4);
  });

  it('a missing shipped Node makes the installation stale', () => {
    putWorkspace();
    put('node_modules/.stamp', `${packagesHash(root)}\n`);
    expect(packagesAreReady(root)).toBe(false);
  });

  it('the console counts as built until a source of it or of the contracts changes', () => {
    putWorkspace();
    put('apps/console/app/page.tsx', 'one');
    put('packages/contracts/src/key.ts', 'one');
    put('apps/console/.next/.stamp', consoleHash(root));
    expect(consoleIsBuilt(root)).toBe(true);
    put('packages/contracts/src/key.test.ts', 'a test is not compiled');
    put('apps/console/.next/server.js', 'output is no source');
    expect(consoleIsBuilt(root)).toBe(true);
    put('packages/contracts/src/key.ts', 'two');
    expect(consoleIsBuilt(root)).toBe(false);
  });
});

describe('finding Bun', () => {
  it('takes the one in .tools even where npm blocked its install script', () => {
    const vendor = 'node_modules/@oven/bun-linux-x64/bin/bun';
    putProgram('.tools/node_modules/bun/bin/bun.exe', 'a placeholder');
    const program = putProgram(`.tools/${vendor}`, '1.4.5', 1_000_001);
    expect(bunInTools(root)).toBe(program);
    expect(findBun(root, { PATH: '' })).toBe(program);
  });

  it('takes a recent one on PATH and passes over an old one', () => {
    putProgram('old/bun', '1.2.9');
    const recent = putProgram('new/bun', '1.3.0');
    expect(findBun(root, { PATH: `${join(root, 'old')}:${join(root, 'new')}` })).toBe(recent);
    expect(findBun(root, { PATH: join(root, 'old') })).toBeUndefined();
  });

  it.each([
    ['1.3.0', true],
    ['1.4.5', true],
    ['2.0.0', true],
    ['1.2.99', false],
    ['0.9.1', false],
    ['nonsense', false],
  ])('version %s is recent enough: %s', (version, expected) => {
    expect(isRecent(version)).toBe(expected);
  });

  it('the version to install is the one of packageManager', () => {
    putWorkspace();
    expect(pinnedBunVersion(root)).toBe('1.4.5');
    put('package.json', '{}');
    expect(() => pinnedBunVersion(root)).toThrow(/packageManager/);
  });
});

describe('the bundle of the server', () => {
  /** Writes what it was told, as a bundler that works; told to fail by a file, it says why. */
  const bundler = `#!/bin/sh
for word in "$@"; do case "$word" in --outdir=*) out="\${word#--outdir=}";; esac; done
mkdir -p "$out"
if [ -e ../../broken ]; then echo 'error: no such name'; exit 1; fi
echo bundled > "$out/main.js"
`;

  function putServer(): { bun: string; env: NodeJS.ProcessEnv } {
    putWorkspace();
    put('apps/server/src/main.ts', 'one');
    put('packages/kit/src/clock.ts', 'one');
    const bun = put('tools/bun', bundler);
    chmodSync(bun, 0o755);
    return { bun, env: process.env };
  }

  it('counts as fresh until a source of the server or of its packages changes', async () => {
    const tools = putServer();
    expect(serverIsBuilt(root)).toBe(false);
    await buildServer(root, tools);
    expect(serverIsBuilt(root)).toBe(true);
    put('packages/kit/src/clock.test.ts', 'a test is not bundled');
    expect(serverIsBuilt(root)).toBe(true);
    put('packages/kit/src/clock.ts', 'two');
    expect(serverIsBuilt(root)).toBe(false);
  });

  it('a failed bundling leaves the last one as it was and says what the bundler said', async () => {
    const tools = putServer();
    await buildServer(root, tools);
    put('packages/kit/src/clock.ts', 'two');
    put('broken', '');
    await expect(buildServer(root, tools)).rejects.toThrow(/no such name/);
    expect(readFileSync(join(root, 'apps/server/dist/main.js'), 'utf8')).toBe('bundled\n');
    expect(serverIsBuilt(root)).toBe(false);
  });
});

describe('messages', () => {
  it.each([
    ['error: lockfile had changes, but lockfile is frozen', 'lock-file'],
    ['error: ConnectionRefused downloading package manifest zod', 'registry'],
    ['npm error code ENOTFOUND', 'registry'],
    ['npm error code E404\nnpm error 404 Not Found - GET bun', 'registry'],
    ['npm error code EACCES\nnpm error syscall mkdir', 'permission'],
    ['error: EROFS: read-only file system', 'permission'],
    ['ENOSPC: no space left on device', 'disk'],
    ['error: something new', 'unknown'],
  ])('%j is understood as %s', (output, cause) => {
    expect(causeOf(output)).toBe(cause);
  });

  it('every message says what to do and shows the last lines of the tool', () => {
    const problem = installProblem(
      'Installing packages',
      'noise\n\nerror: lockfile had changes, but lockfile is frozen\n',
    );
    expect(problem.message).toContain('bun install');
    expect(problem.message).toContain('  | error: lockfile had changes');
  });

  it('what npm says about itself is left out', () => {
    const output =
      'npm error code EACCES\nnpm notice\nnpm notice New minor version\nnpm error A complete log of this run';
    expect(installProblem('Installing Bun', output).message.split('\n').slice(1)).toEqual([
      '  | npm error code EACCES',
    ]);
  });

  it('a failed console build shows the compiler, and names the folder when it could not be written', () => {
    expect(buildProblem('./app/page.tsx\nType error: x').message).toContain('  | Type error: x');
    expect(buildProblem('EACCES: permission denied, mkdir').message).toContain('apps/console/.next');
  });

  it('a file system error becomes a message with the path, any other error stays a defect', () => {
    const denied = Object.assign(new Error('denied'), { code: 'EACCES', path: '/there' });
    expect(fileProblem(denied)?.message).toContain('/there');
    expect(fileProblem(new Error('a bug'))).toBeUndefined();
  });
});

describe('environment', () => {
  it('caches go into the checkout when the home folder cannot be used', () => {
    const home = join(root, 'missing');
    const env = toolEnvironment(root, { HOME: home, PATH: '/bin', npm_config_cache: join(home, '.npm') }, []);
    expect(env.npm_config_cache).toContain(join(root, '.tools'));
    expect(env.BUN_INSTALL_CACHE_DIR).toContain(join(root, '.tools'));
  });

  it('a usable home folder is left alone', () => {
    const env = toolEnvironment(root, { HOME: root, PATH: '/bin' }, []);
    expect(env.HOME).toBe(root);
    expect(env.npm_config_cache).toBeUndefined();
  });

  it('an inner npm does not take the outer run for its own project, but keeps the registry', () => {
    const outer = {
      HOME: root,
      npm_config_local_prefix: '/x',
      npm_package_name: 'y',
      npm_config_registry: 'z',
    };
    expect(Object.keys(toolEnvironment(root, outer, []))).not.toContain('npm_config_local_prefix');
    expect(Object.keys(toolEnvironment(root, outer, []))).not.toContain('npm_package_name');
    expect(toolEnvironment(root, outer, []).npm_config_registry).toBe('z');
  });

  it('the command finds the shipped Node before any other', () => {
    const env = commandEnvironment(root, { PATH: '/usr/bin' }, undefined);
    expect(env.PATH?.split(':')[0]).toBe(join(root, 'node_modules', '.bin'));
  });
});

describe('lock', () => {
  it('two launches prepare one after the other', async () => {
    const file = join(root, '.tools', 'launch.lock');
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    const a = withLock(file, async () => {
      order.push('a starts');
      await first.promise;
      order.push('a ends');
    });
    const b = withLock(file, async () => void order.push('b'), { onWait: () => waiting.resolve() });
    await waiting.promise;
    first.resolve();
    await Promise.all([a, b]);
    expect(order).toEqual(['a starts', 'a ends', 'b']);
  });

  it('a lock of a process that is gone is taken over', async () => {
    const child = await capture(process.execPath, ['-e', 'console.log(process.pid)'], { cwd: root, env: {} });
    const file = put('.tools/launch.lock', `${child.output.trim()} 0 0`);
    await expect(withLock(file, async () => 'done')).resolves.toBe('done');
  });

  it('a lock that a living process has not touched for long is taken over', async () => {
    const file = put('.tools/launch.lock', `${process.pid} 0 0`);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file, longAgo, longAgo);
    await expect(withLock(file, async () => 'done')).resolves.toBe('done');
  });

  it('the lock is given back when the work fails', async () => {
    const file = join(root, '.tools', 'launch.lock');
    await expect(withLock(file, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(() => readFileSync(file)).toThrow();
  });
});

describe('programs', () => {
  it('a program that is not there is a failure with its reason, not an exception', async () => {
    const result = await capture(join(root, 'nothing'), [], { cwd: root, env: {} });
    expect(result.ok).toBe(false);
    expect(result.output).toContain('ENOENT');
    expect(firstLine(join(root, 'nothing'), [])).toBeUndefined();
  });

  it('every command of package.json is in the table', () => {
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    const named = JSON.stringify(manifest).matchAll(/launch\.mjs ([\w:-]+)/g);
    const commands = [...named].map((match) => match[1] ?? '');
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect(Object.keys(COMMANDS)).toContain(command);
    expect(commandList()).toContain('start');
  });
});
