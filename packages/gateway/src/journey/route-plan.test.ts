// Promise: a record names every channel that was kept or dropped, or the id under which those are stored, never neither.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ExchangeRecord } from '../exchange-record.ts';
import { call, channel, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterEach(() => relay.close());
afterAll(() => fake.close());

const BODY = { model: 'fake-model', metadata: { user_id: 'u' }, max_tokens: 9, messages: [] };

it('the plan is left out once it is stored; what happened while choosing stays in the record', async () => {
  const records: ExchangeRecord[] = [];
  const asked: unknown[] = [];
  const channels = ['a', 'b'].map((id) =>
    channel({ id, baseUrl: fake.url, protocols: ['anthropic-messages'] }),
  );
  relay = await startRelay(snapshot(channels), {
    settlements: {
      settle: (record) => void records.push(record),
      whenWritten: (then) => then(),
      planId: (plan) => (asked.push(plan) > 1 ? 'pln_1' : null),
    },
  });
  const { port } = relay;
  for (let turn = 0; turn < 2; turn++) await call({ port, path: '/v1/messages', body: BODY });
  const plan = ['a', 'b'].map((channelId) => ({ channelId, kept: true, reason: 'candidate' }));
  const note = { kept: true, reason: 'affinity' };
  expect(records).toMatchObject([
    { planId: null, decision: plan },
    { planId: 'pln_1', decision: [note] },
  ]);
  // The same list for both, so that its id is worked out once.
  expect(asked[0]).toBe(asked[1]);
  expect(asked[0]).toEqual(plan);
});

it('a request that no channel could take says of each why', async () => {
  const way = { baseUrl: fake.url, protocols: ['anthropic-messages'] } as const;
  const channels = [
    channel({ ...way, id: 'off', enabled: false }),
    channel({ ...way, id: 'keyless', keys: [] }),
    channel({ ...way, id: 'other', models: ['another'] }),
  ];
  relay = await startRelay(snapshot(channels));
  const got = await call({ port: relay.port, path: '/v1/messages', body: BODY });
  expect(got.status).toBe(503);
  const decision = [
    { channelId: 'off', kept: false, reason: 'disabled' },
    { channelId: 'keyless', kept: false, reason: 'no_enabled_key' },
    { channelId: 'other', kept: false, reason: 'model_not_accepted' },
  ];
  expect(relay.records).toMatchObject([{ errorCode: 'no_channel', channelId: null, decision }]);
});

it('a request without a route has neither', async () => {
  relay = await startRelay(snapshot([]), {});
  await call({ port: relay.port, path: '/v1/messages', body: 'no json' });
  expect(relay.records).toMatchObject([{ planId: null, decision: [] }]);
});
