// Delays hold back what they say and nothing else.
import { expect, it } from 'vitest';
import { requestBody } from './factories.ts';
import { startFakeUpstream } from './fake-upstream.ts';

it('an interval sends each event alone and no faster than asked', async () => {
  const fake = await startFakeUpstream();
  const response = await fetch(`${fake.url}/v1/chat/completions`, {
    method: 'POST',
    body: requestBody('openai-chat', { model: 'm+events=5,interval=20,delay=30', stream: true }),
  });
  const arrivals: { at: number; text: string }[] = [];
  for await (const chunk of response.body ?? []) {
    arrivals.push({ at: performance.now(), text: new TextDecoder().decode(chunk) });
  }
  await fake.close();
  // role, five deltas, finish, usage, [DONE]: nine events, eight gaps.
  expect(
    arrivals
      .map((one) => one.text)
      .join('')
      .match(/^data: /gm),
  ).toHaveLength(9);
  expect(arrivals.length).toBeGreaterThanOrEqual(7);
  expect((arrivals.at(-1)?.at ?? 0) - (arrivals[0]?.at ?? 0)).toBeGreaterThan(8 * 20 - 40);
});
