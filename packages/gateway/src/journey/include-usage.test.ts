// Promise: a Chat client that asked for usage always sees one usage chunk, before the end; one that did not never sees any.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bothFamilies, call, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
beforeAll(async () => {
  fake = await startFakeUpstream();
  relay = await startRelay(snapshot(bothFamilies(fake.url)));
});
afterAll(async () => {
  await relay.close();
  await fake.close();
});

async function stream(behaviour: string, asked: boolean) {
  const wish = asked ? { stream_options: { include_usage: true } } : {};
  const messages = [{ role: 'user', content: 'x' }];
  const body = { model: `fake-gpt+${behaviour}`, stream: true, messages, ...wish };
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  const datas = got.text
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice(6));
  const chunks = datas.filter((data) => data !== '[DONE]').map((data): unknown => JSON.parse(data));
  const usages = chunks.filter((chunk) => Reflect.get(Object(chunk), 'usage'));
  return { datas, chunks, usages, record: relay.records.at(-1) };
}

it.each(['no-usage', 'no-usage,drip=7', 'no-usage,crlf', 'no-usage,no-done'])(
  'asked, and the upstream ignores it (%s): an estimated one comes before the end',
  async (behaviour) => {
    const { datas, chunks, usages, record } = await stream(behaviour, true);
    expect(usages).toHaveLength(1);
    expect(usages[0]).toBe(chunks.at(-1));
    const id = Reflect.get(Object(chunks[0]), 'id');
    const { input = -1, output = -1 } = record?.usage ?? {};
    expect(usages[0]).toMatchObject({
      ...{ id, object: 'chat.completion.chunk', choices: [] },
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    });
    expect(record).toMatchObject({ outcome: 'ok', usage: { estimated: true } });
    expect(datas.filter((data) => data === '[DONE]')).toHaveLength(behaviour.includes('no-done') ? 0 : 1);
    if (!behaviour.includes('no-done')) expect(datas.at(-1)).toBe('[DONE]');
  },
);

it("asked, and the upstream's own comes: that one, counted, and no other", async () => {
  const { usages, datas, record } = await stream('drip=9', true);
  expect(usages).toHaveLength(1);
  expect(datas.at(-1)).toBe('[DONE]');
  expect(record?.usage.estimated).toBe(false);
});

it('a stream that broke off gets none', async () => {
  const { usages, datas, record } = await stream('no-usage,truncate=2,events=9', true);
  expect(usages).toHaveLength(0);
  expect(datas).not.toContain('[DONE]');
  expect(record?.outcome).toBe('upstream_truncated');
});

it.each(['no-usage', 'id=plain'])('not asked (%s): none', async (behaviour) => {
  const { usages, datas } = await stream(behaviour, false);
  expect(usages).toHaveLength(0);
  expect(datas.at(-1)).toBe('[DONE]');
});
