// Promise: every worker reads the channels and their keys in the same order, whatever was changed in which.
import { channelCreate } from '@api-proxy/contracts/channels';
import { channels } from '@api-proxy/db/schema/channels';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createChannel } from '@api-proxy/services/channel/create-channel';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshotRows } from './snapshot-rows.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
afterAll(() => bench.close());

it('a row that was written again stays in its place', async () => {
  const admin = await bench.as('admin');
  const outbound = { ...bench.ports.outbound, allowLoopback: true };
  const made: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    const keys = [{ secret: `sk-upstream-${name}-0123456789` }];
    const body = channelCreate.parse({ name, type: 'openai', baseUrl: 'http://127.0.0.1:1', keys });
    made.push((await createChannel({ ...admin, outbound }, { body })).id);
  }
  const { db } = bench.memory;
  const rows = snapshotRows({ db, open: bench.ports.vault.open, clock: systemClock, log: silentLogger });
  const read = async () => (await rows.read()).channels.map(({ id }) => id);
  const inOrder = made.toSorted();
  expect(await read()).toEqual(inOrder);
  // A row that is written again goes to the end of the table; by name, which has an index, they are the other way round too.
  for (const [at, id] of inOrder.toReversed().entries())
    await db.execute(`update channels set name = 'channel-${at}' where id = '${id}'`);
  const stored = (await db.select({ id: channels.id }).from(channels)).map(({ id }) => id);
  expect(stored).toEqual(inOrder.toReversed());
  expect(await read()).toEqual(inOrder);
});
