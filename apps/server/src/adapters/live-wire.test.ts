// Live events over the wire: bigint amounts arrive as they were sent.
import type { LiveEvent } from '@api-proxy/gateway/ports';
import { expect, it } from 'vitest';
import { decodeLive, encodeLive } from './live-wire.ts';

const STARTED: LiveEvent = {
  kind: 'started',
  requestId: 'req_1',
  startedAtMs: 1_750_000_000_000,
  userId: 'usr_1',
  keyId: 'key_1',
  protocolIn: 'openai-chat',
  modelAsked: 'm',
  stream: true,
};

it('amounts beyond what a JSON number holds come back exact', () => {
  const cost = 12_345_678_901_234_567_890n;
  const event = { ...STARTED, record: { cost, classes: [1n, 2n], none: null } };
  const sent: unknown = JSON.parse(JSON.stringify(encodeLive(event)));
  expect(decodeLive(sent)).toEqual(event);
});
