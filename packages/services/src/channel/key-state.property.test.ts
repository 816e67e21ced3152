// Promise: whatever happens to a key, it is in use again within two hours of its upstream's taking it back, unless a person took it out.
import { channelCreate } from '@api-proxy/contracts/channels';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { HOUR_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import { Secret } from '@api-proxy/kit/secret';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ProbeResult, systemContext } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { checkDueChannels } from './check-due-channels.ts';
import { createChannel } from './create-channel.ts';
import { forgetComplaint, markKeyExhausted, markKeyRejected } from './key-state.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
afterAll(() => bench.close());

const SECRET = 'sk-upstream-canary-0123456789';
const REFUSED: ProbeResult = {
  ...{ ok: false, status: 401, firstByteMs: null, durationMs: 5, answer: null, error: 'x' },
  ...{ lesson: 'key_rejected', complaint: 'rejected' },
};
const ACTS = ['rejected', 'exhausted', 'answered', 'check_refused', 'disable'] as const;
const act = fc.record({ what: fc.constantFrom(...ACTS), stepMs: fc.nat(3 * HOUR_MS) });

it('no sequence of outcomes keeps a key out of use for good, and none brings back what a person disabled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
      await bench.reset();
      const system = systemContext(bench.ports);
      const body = channelCreate.parse({
        ...{ name: 'main', type: 'claude', baseUrl: 'https://api.example.com', keys: [{ secret: SECRET }] },
        models: ['claude-haiku'],
      });
      const { keys } = await createChannel(await bench.as('admin'), { body });
      const channelKeyId = keys[0]?.id ?? '';
      const news = { channelKeyId, secret: new Secret(SECRET), status: 401 };
      const does = {
        rejected: () => markKeyRejected(system, news),
        exhausted: () => markKeyExhausted(system, { ...news, status: 402 }),
        answered: () => forgetComplaint(system, channelKeyId),
        check_refused: () => checkDueChannels(system),
        disable: () => bench.memory.db.update(channelKeys).set({ status: 'disabled' }),
      };
      bench.answers.next = () => REFUSED;
      for (const { what, stepMs } of acts) {
        bench.clock.advance(stepMs);
        await does[what]();
      }
      bench.answers.next = undefined;
      for (let passedMs = 0; passedMs <= 2 * HOUR_MS; passedMs += 10 * MINUTE_MS) {
        bench.clock.advance(10 * MINUTE_MS);
        await checkDueChannels(system);
      }
      const byPerson = acts.some(({ what }) => what === 'disable');
      const [key] = await bench.memory.db.select().from(channelKeys);
      expect(key?.status).toBe(byPerson ? 'disabled' : 'active');
    }),
    { numRuns: 15 },
  );
}, 120_000);
