// Promise: scheduled checks come at their time, one per channel, and revive only what went out of use by itself.
import { channelCreate } from '@api-proxy/contracts/channels';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channelTests } from '@api-proxy/db/schema/channel-tests';
import { channels } from '@api-proxy/db/schema/channels';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { Secret } from '@api-proxy/kit/secret';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ProbeResult, systemContext } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { checkDueChannels } from './check-due-channels.ts';
import { createChannel } from './create-channel.ts';
import { type CheckableKey, dueKeys } from './due-checks.ts';
import { markKeyRejected } from './key-state.ts';
import { listChannelTests } from './list-channel-tests.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const SECRET = 'sk-upstream-canary-0123456789';

async function add(name: string, over: object = {}) {
  const body = channelCreate.parse({
    ...{ name, type: 'claude', baseUrl: `https://${name}.example.com`, keys: [{ secret: SECRET }] },
    ...{ healthModel: 'fast', healthIntervalS: 60, renames: { fast: 'claude-fast-1' } },
    ...over,
  });
  return createChannel(await bench.as('admin', `admin of ${name}`), { body });
}

const run = () => checkDueChannels(systemContext(bench.ports));
const failing = (over: Partial<ProbeResult>): ProbeResult => ({
  ...{ ok: false, status: 500, firstByteMs: null, durationMs: 5, answer: null, error: 'x' },
  ...{ lesson: 'failure', complaint: null },
  ...over,
});

it('a secret that nobody can open any more keeps no other channel from being learnt from', async () => {
  const broken = await add('broken');
  const failed = await add('failed');
  await bench.memory.db
    .update(channelKeys)
    .set({ encryptedSecret: 'v1.not.what.it.was' })
    .where(eq(channelKeys.channelId, broken.id));
  bench.answers.next = () => failing({});
  await run();
  expect(bench.learnt).toMatchObject([{ channelId: failed.id, lesson: 'failure' }]);
});

it('a channel with a model and an interval is checked when it is due, and marked; nobody pays', async () => {
  const made = await add('main');
  await add('without-model', { healthModel: null });
  await add('without-interval', { healthIntervalS: null });
  await run();
  await run();
  expect(bench.probed.map(({ model }) => model)).toEqual(['claude-fast-1']);
  bench.clock.advance(53 * SECOND_MS);
  await run();
  expect(bench.probed).toHaveLength(1);
  bench.clock.advance(14 * SECOND_MS);
  await run();
  expect(bench.probed).toHaveLength(2);
  const admin = await bench.as('admin');
  const { items } = await listChannelTests(admin, { params: { channelId: made.id } });
  expect(items).toMatchObject([
    { kind: 'scheduled', ok: true, model: 'fast' },
    { kind: 'scheduled', ok: true, model: 'fast' },
  ]);
  const { db } = bench.memory;
  expect([await db.$count(requestLog), await db.$count(ledgerEntries)]).toEqual([0, 0]);
});

it('what a person took out of use is never probed and never revived', async () => {
  const off = await add('off', { enabled: false });
  const key = await add('key-off', { keys: [{ secret: SECRET }, { secret: `${SECRET}b` }] });
  const [disabled, rejected] = key.keys.map(({ id }) => id);
  const { db } = bench.memory;
  await db
    .update(channelKeys)
    .set({ status: 'disabled' })
    .where(eq(channelKeys.id, disabled ?? ''));
  // A rejected key inside a disabled channel rests too.
  await db.update(channelKeys).set({ status: 'rejected' }).where(eq(channelKeys.channelId, off.id));
  for (let hour = 0; hour < 5; hour++) {
    await run();
    bench.clock.advance(HOUR_MS);
  }
  const tested = await db.select().from(channelTests);
  expect(new Set(tested.map(({ channelKeyId }) => channelKeyId))).toEqual(new Set([rejected]));
  const states = await db.select().from(channelKeys);
  expect(states.find(({ id }) => id === disabled)?.status).toBe('disabled');
  expect(states.find(({ channelId }) => channelId === off.id)?.status).toBe('rejected');
});

it('what a person takes out of use while it is probed stays out of use', async () => {
  const made = await add('main');
  const { db } = bench.memory;
  await markKeyRejected(systemContext(bench.ports), news(made.keys[0]?.id ?? ''));
  bench.clock.advance(2 * MINUTE_MS);
  bench.answers.next = async () => {
    await db.update(channelKeys).set({ status: 'disabled' });
    return { ...failing({ ok: true, status: 200, error: null, lesson: 'success' }), answer: 'pong' };
  };
  await run();
  expect(bench.probed).toHaveLength(1);
  expect(await db.select().from(channelKeys)).toMatchObject([{ status: 'disabled' }]);
});

it('a rejected key is looked at on any channel, ever less often, and is in use again once it answers', async () => {
  const made = await add('plain', { healthModel: null, healthIntervalS: null, models: ['claude-haiku'] });
  const { db } = bench.memory;
  await markKeyRejected(systemContext(bench.ports), news(made.keys[0]?.id ?? ''));
  bench.answers.next = () => failing({ status: 401, lesson: 'key_rejected', complaint: 'rejected' });
  for (let minute = 0; minute < 24 * 60; minute += 5) {
    bench.clock.advance(5 * MINUTE_MS);
    await run();
  }
  // After 5, 10, 20, 40 minutes, then hourly.
  expect(bench.probed.length).toBeGreaterThan(24);
  expect(bench.probed.length).toBeLessThan(36);
  expect(bench.learnt).toEqual([]);
  expect(bench.told.map(({ kind }) => kind)).toEqual(['key_rejected']);
  bench.answers.next = undefined;
  bench.clock.advance(2 * HOUR_MS);
  await run();
  expect(await db.select().from(channelKeys)).toMatchObject([{ status: 'active', statusReason: null }]);
  expect(bench.cleared).toEqual([made.id]);
  expect(bench.told.at(-1)?.kind).toBe('key_revived');
});

it('a check teaches what traffic would; a refused key is out of use, a missing model says nothing about the key', async () => {
  const made = await add('main');
  const outcomes: [Partial<ProbeResult>, string[]][] = [
    [{ ok: true, status: 200, lesson: 'success' }, ['success']],
    [{}, ['failure']],
    [{ status: 429, lesson: 'rate_limited' }, ['rate_limited']],
    [{ status: 404, lesson: 'model_missing' }, []],
    [{ status: null, lesson: 'failure' }, []],
    [{ status: 401, lesson: 'key_rejected', complaint: 'rejected' }, ['key_rejected']],
  ];
  for (const [outcome, lessons] of outcomes) {
    bench.learnt.length = 0;
    bench.clock.advance(2 * MINUTE_MS);
    bench.answers.next = () => failing(outcome);
    await run();
    expect(bench.learnt.map(({ lesson }) => lesson)).toEqual(lessons);
  }
  const [key] = await bench.memory.db.select().from(channelKeys);
  expect(key).toMatchObject({ channelId: made.id, status: 'rejected', statusReason: 'key_rejected 401' });
});

it('an upstream out of reach is a failure while others are within', async () => {
  await add('near');
  const far = await add('far');
  bench.answers.next = ({ channelId }) =>
    channelId === far.id ? failing({ status: null }) : failing({ ok: true, status: 200, lesson: 'success' });
  await run();
  expect(bench.learnt.find(({ channelId }) => channelId === far.id)?.lesson).toBe('failure');
});

it('many checks run a few at a time, and a channel that is deleted meanwhile is left alone', async () => {
  for (let index = 0; index < 10; index++) await add(`c${index}`);
  let running = 0;
  let most = 0;
  bench.answers.next = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    await bench.memory.db.update(channels).set({ deletedAt: new Date() });
    running -= 1;
    return failing({});
  };
  await run();
  expect(most).toBe(4);
  expect(bench.probed).toHaveLength(4);
});

describe('which key is due', () => {
  const key = (id: string, over: Partial<CheckableKey> = {}): CheckableKey => ({
    ...{ channelId: 'a', channelKeyId: id, rejectedAtMs: null, intervalMs: 60_000, checkedAtMs: null },
    ...over,
  });
  const due = (keys: CheckableKey[], pausing: string[] = []) =>
    dueKeys(keys, { nowMs: 1_000_000, pauses: (id) => pausing.includes(id) }).map((one) => one.channelKeyId);

  it('keys of a channel take turns, one that pauses comes first', () => {
    const keys = [key('x', { checkedAtMs: 900_000 }), key('y', { checkedAtMs: 800_000 })];
    expect(due(keys)).toEqual(['y']);
    expect(due(keys, ['x'])).toEqual(['x']);
  });

  it('the interval is the channel’s, not each key’s', () => {
    expect(due([key('x', { checkedAtMs: 990_000 }), key('y')])).toEqual([]);
  });
});

function news(channelKeyId: string) {
  return { channelKeyId, secret: new Secret(SECRET), status: 401 };
}
