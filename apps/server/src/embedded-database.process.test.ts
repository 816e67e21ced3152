// The embedded database as real processes: shared by clients, repaired after a kill, kept from a second instance.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@api-proxy/db/open';
import { sleep } from '@api-proxy/kit/duration';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, describe, expect, it } from 'vitest';
import { childReady } from './child-messages.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './embedded-process.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function dataDir(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'api-proxy-test-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(folder: string): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir: folder, log: silentLogger });
  cleanups.push(() => database.stop());
  return database;
}

function pool(database: EmbeddedDatabase, poolSize = 4) {
  const opened = openDatabase({ url: database.url.reveal(), poolSize, applicationName: 'test' });
  let closed = false;
  const close = async () => {
    if (!closed) await opened.close();
    closed = true;
  };
  cleanups.push(close);
  return { ...opened, close };
}

describe('embedded database', { timeout: 60_000 }, () => {
  it('keeps transactions of several clients apart', async () => {
    const { pool: clients } = pool(await start(dataDir()));
    await clients.query('create table kept (id integer primary key)');
    const work = async (from: number) => {
      const client = await clients.connect();
      for (let id = from; id < from + 20; id += 1) {
        await client.query('begin');
        await client.query('insert into kept values ($1)', [id]);
        await client.query(id % 2 === 0 ? 'commit' : 'rollback');
      }
      client.release();
    };
    await Promise.all([work(0), work(100), work(200), work(300)]);
    const { rows } = await clients.query('select count(*)::int as kept, sum(id % 2)::int as odd from kept');
    expect(rows).toEqual([{ kept: 40, odd: 0 }]);
  });

  it('runs a query whose messages arrive in pieces with its own parameters', async () => {
    const database = await start(dataDir());
    const { pool: clients } = pool(database);
    const socketFile = new URL(database.url.reveal()).searchParams.get('host') ?? '';
    const quick = await clients.connect();
    cleanups.push(() => quick.release());
    const slow = connect(path.join(socketFile, '.s.PGSQL.5432'));
    cleanups.push(() => void slow.destroy());
    slow.write(startupMessage());
    await once(slow, 'data');
    slow.write(message('P', Buffer.from("\0select 'slow ' || $1::text\0\0\0", 'latin1')));
    // Were the batch not kept together, the other client would be served now; that it isn't can't be awaited, only timed.
    const other = quick.query('select $1::text || $2::text as both', ['quick', ' one']);
    await Promise.race([other, sleep(200)]);
    const bind = Buffer.concat([Buffer.from('\0\0\0\0\0\x01\0\0\0\x04four\0\0', 'latin1')]);
    slow.write(
      Buffer.concat([message('B', bind), message('E', Buffer.alloc(5)), message('S', Buffer.alloc(0))]),
    );
    let answer = '';
    while (!answer.includes('slow four')) answer += String((await once(slow, 'data'))[0]);
    expect((await other).rows).toEqual([{ both: 'quick one' }]);
  });

  it('rolls back for a client that dies inside a transaction and lets the others go on', async () => {
    const { pool: clients } = pool(await start(dataDir()));
    clients.on('error', () => undefined);
    await clients.query('create table kept (id integer primary key)');
    const dying = await clients.connect();
    dying.on('error', () => undefined);
    await dying.query('begin');
    await dying.query('insert into kept values (1)');
    dying.release(true);
    expect((await clients.query('select count(*)::int as kept from kept')).rows).toEqual([{ kept: 0 }]);
  });

  it('loses nothing committed when it is killed, and is started again on the same address', async () => {
    const database = await start(dataDir());
    const { pool: clients } = pool(database, 1);
    clients.on('error', () => undefined);
    await clients.query('create table kept (id integer primary key)');
    for (let id = 0; id < 100; id += 1) await clients.query('insert into kept values ($1)', [id]);
    const victim = database.child.current();
    victim?.kill('SIGKILL');
    const rows = await eventually(() => clients.query('select count(*)::int as kept from kept'));
    expect(rows.rows).toEqual([{ kept: 100 }]);
    expect(database.child.current()?.pid).not.toBe(victim?.pid);
  });

  it('flushes and ends by itself when its supervisor is gone', async () => {
    const folder = dataDir();
    const program = fileURLToPath(new URL('./embedded-database.ts', import.meta.url));
    const orphan = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    orphan.send({ type: 'start', dataDir: folder, socketFile: path.join(folder, 'socket') });
    await childReady(orphan);
    expect(existsSync(path.join(folder, 'db.lock'))).toBe(true);
    orphan.disconnect();
    expect(await once(orphan, 'exit')).toEqual([0, null]);
    expect(existsSync(path.join(folder, 'db.lock'))).toBe(false);
  });
});

/** Tries until it works; the test's own time limit ends it. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(50);
    }
  }
}

function startupMessage(): Buffer {
  const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
