// Promise: a response that has failed by its first event is a failure like any other: the next channel is asked.
import { afterEach, expect, it } from 'vitest';
import { call, channel, snapshot, startRelay, type TestRelay } from './harness.ts';
import { type RawUpstream, rawUpstream } from './raw-upstream.ts';

const opened: (TestRelay | RawUpstream)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const eventOf = (type: string, response: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, response })}\n\n`;
const COMPLETED = eventOf('response.completed', {
  ...{ id: 'resp_2', status: 'completed', error: null, output: [] },
  usage: { input_tokens: 3, output_tokens: 1, total_tokens: 4 },
});

async function streaming(body: string): Promise<RawUpstream> {
  const headers = { 'content-type': 'text/event-stream' };
  const upstream = await rawUpstream(() => ({ status: 200, headers, body }));
  opened.push(upstream);
  return upstream;
}

async function ask(first: string) {
  const [bad, good] = [await streaming(first), await streaming(COMPLETED)];
  const relay = await startRelay(
    snapshot([
      channel({ id: 'bad', baseUrl: bad.url, priority: 1 }),
      channel({ id: 'good', baseUrl: good.url }),
    ]),
  );
  opened.push(relay);
  const got = await call({
    port: relay.port,
    path: '/v1/responses',
    body: { model: 'm', input: 'x', stream: true },
  });
  return { got, record: relay.records[0] };
}

it('a server error: the next channel answers', async () => {
  const error = { code: 'server_error', message: 'The model broke.' };
  const { got, record } = await ask(eventOf('response.failed', { id: 'resp_1', status: 'failed', error }));
  expect(got.text).toBe(COMPLETED);
  expect(record?.attempts.map(({ reason }) => reason)).toEqual(['error_in_answer', 'ok']);
});

it('a limit of the upstream is told apart by its code', async () => {
  const error = { code: 'insufficient_quota', message: 'No more.' };
  const { record } = await ask(eventOf('response.failed', { id: 'resp_1', status: 'failed', error }));
  expect(record?.attempts.map(({ reason }) => reason)).toEqual(['quota_exhausted', 'ok']);
});

it('one that has begun is passed on, whatever becomes of it', async () => {
  const begun = eventOf('response.created', { id: 'resp_1', status: 'in_progress', error: null });
  const { got, record } = await ask(begun + COMPLETED);
  expect(got.text).toBe(begun + COMPLETED);
  expect(record?.channelId).toBe('bad');
});
