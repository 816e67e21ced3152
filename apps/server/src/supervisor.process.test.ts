// The whole program as its user runs it: boot, one instance per folder, crash, drain, and what a kill leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep } from '@api-proxy/kit/duration';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freeLoopbackPort } from './console-process.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder = '';
let port = 0;
const started: ChildProcess[] = [];

type Program = { child: ChildProcess; output: () => string; ended: Promise<[number | null, string | null]> };

function run(env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOSTNAME: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: folder,
      ROLE: 'gateway',
      DRAIN_TIMEOUT_S: '20',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const pieces: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => pieces.push(String(chunk)));
  const ended = once(child, 'close').then(([code, signal]): [number | null, string | null] => [code, signal]);
  return { child, output: () => pieces.join(''), ended };
}

async function ready(program: Program): Promise<string> {
  while (!program.output().includes('is ready:')) {
    if (program.child.exitCode !== null) throw new Error(program.output());
    await Promise.race([once(program.child.stdout ?? program.child, 'data'), program.ended]);
  }
  return program.output();
}

/** A request whose body is not finished: it stays in flight for as long as wanted. */
async function openRequest(): Promise<{ finish(): Promise<number>; request: ClientRequest }> {
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    path: '/v1/messages',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'sk-relay-none', expect: '100-continue' },
    agent: false,
  });
  const answered = once(request, 'response').then(([response]) => {
    response.resume();
    return response.statusCode;
  });
  answered.catch(() => undefined);
  request.flushHeaders();
  await once(request, 'continue');
  request.write('{"model":');
  return {
    request,
    finish: () => {
      request.end('"x"}');
      return answered;
    },
  };
}

async function status(): Promise<number | string> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/v1`, { headers: { connection: 'close' } })).status;
  } catch (thrown) {
    return thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : 'failed';
  }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(20);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Processes whose parent is `pid`. */
function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'api-proxy-test-'));
  port = await freeLoopbackPort();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});
afterAll(async () => {
  await until(() => !existsSync(path.join(folder, 'db.lock')));
  rmSync(folder, { recursive: true, force: true });
});

describe('the program', { timeout: 120_000 }, () => {
  it('says in one line what it is, serves, and drains: what runs ends well, then it ends with 0', async () => {
    const program = run();
    const line = await ready(program);
    expect(line).toMatch(
      /^api-proxy \S+ is ready: mode embedded, role gateway, schema \d+, http:\/\/localhost:\d+$/m,
    );
    expect(await status()).toBe(200);
    const open = await openRequest();
    program.child.kill('SIGINT');
    await until(async () => (await status()) !== 200);
    expect(program.child.exitCode).toBeNull();
    expect(await open.finish()).toBe(401);
    expect(await program.ended).toEqual([0, null]);
    expect(existsSync(path.join(folder, 'db.lock'))).toBe(false);
    expect(existsSync(path.join(folder, 'server.lock'))).toBe(false);
  });

  it('goes on serving for five seconds after SIGTERM, and a second signal ends it at once', async () => {
    const program = run();
    await ready(program);
    program.child.kill('SIGTERM');
    await sleep(1_000);
    expect(await status()).toBe(200);
    program.child.kill('SIGTERM');
    expect((await program.ended)[0]).toBe(130);
  });

  it('refuses a port that is taken and a folder that is in use, with what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const first = run({ PORT: String(taken) });
    expect((await first.ended)[0]).toBe(1);
    expect(first.output()).toContain(`Port ${taken} is taken by another program`);
    other.close();
    const serving = run();
    await ready(serving);
    const second = run({ PORT: '0' });
    expect((await second.ended)[0]).toBe(1);
    expect(second.output()).toContain(`in use by process ${serving.child.pid}`);
  });

  it('starts a crashed worker again on the same port', async () => {
    const program = run();
    await ready(program);
    const [, worker] = childrenOf(program.child.pid);
    if (worker === undefined) throw new Error('no worker');
    process.kill(worker, 'SIGKILL');
    await until(() => !alive(worker));
    await until(async () => (await status()) === 200);
    expect(program.child.exitCode).toBeNull();
  });

  it('leaves no process behind when it is killed', async () => {
    const program = run();
    await ready(program);
    const children = childrenOf(program.child.pid);
    expect(children).toHaveLength(2);
    program.child.kill('SIGKILL');
    await until(() => !children.some(alive));
    expect(existsSync(path.join(folder, 'db.lock'))).toBe(false);
  });

  it('names a wrong variable and ends', async () => {
    const program = run({ PORT: 'x' });
    expect((await program.ended)[0]).toBe(1);
    expect(program.output()).toContain('PORT must be a whole number');
  });
});
