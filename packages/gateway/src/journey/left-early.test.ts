// Promise: a client that leaves while its caller is still looked up leaves nothing behind.
import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { caller, KEY, snapshot, startRelay, type TestRelay } from './harness.ts';

let relay: TestRelay;
afterEach(() => relay.close());

it.each([
  ['with its body sent', '{"model":"m"}', 13],
  ['in the middle of its body', '{"mod', 13],
])('%s', async (_, sent, length) => {
  const lookedUp = Promise.withResolvers<void>();
  const looking = Promise.withResolvers<void>();
  relay = await startRelay(snapshot([]), {
    callers: {
      find: async () => {
        looking.resolve();
        await lookedUp.promise;
        return caller();
      },
    },
  });
  const req = request({
    ...{ port: relay.port, path: '/v1/chat/completions', method: 'POST', agent: false },
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'content-length': length },
  });
  req.on('error', () => undefined);
  req.write(sent);
  await looking.promise;
  const booked = relay.nextRecord();
  const gone = new Promise((resolve) => req.on('close', resolve));
  req.destroy();
  await gone;
  // The relay's side of the socket learns of it a turn or more later.
  await new Promise((resolve) => setTimeout(resolve, 50));
  lookedUp.resolve();
  expect(await booked).toMatchObject({ status: 499 });
  await expect.poll(() => relay.gateway.inFlight()).toBe(0);
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
});
