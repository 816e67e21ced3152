// Promise: each asker gets its own answer, by few questions, and an error only of the question that it was in.
import { expect, it } from 'vitest';
import { Gather } from './gather.ts';

type Question = { keys: readonly number[]; answer: () => void; fail: (error: Error) => void };

type Given = { most: number; atOnce: number; when?: (begin: () => void) => void };

function setUp(given: Given) {
  const questions: Question[] = [];
  const ask = (keys: readonly number[]) =>
    new Promise<string[]>((resolve, reject) => {
      questions.push({ keys, answer: () => resolve(keys.map((key) => `v${key}`)), fail: reject });
    });
  return { questions, gather: new Gather<number, string>({ ask, ...given }) };
}

const turn = () => new Promise(setImmediate);

it('what comes in one turn is one question, and what comes meanwhile the next', async () => {
  const { questions, gather } = setUp({ most: 10, atOnce: 1 });
  const first = [gather.get(1), gather.get(2)];
  await turn();
  const second = [gather.get(3), gather.get(4), gather.get(3)];
  await turn();
  expect(questions.map(({ keys }) => keys)).toEqual([[1, 2]]);
  questions[0]?.answer();
  expect(await Promise.all(first)).toEqual(['v1', 'v2']);
  await turn();
  questions[1]?.answer();
  expect(await Promise.all(second)).toEqual(['v3', 'v4', 'v3']);
  expect(questions).toHaveLength(2);
});

it('a question may wait for what comes later in the turn, and what is too much for it goes with the next', async () => {
  const begun: (() => void)[] = [];
  const when = (begin: () => void) => void begun.push(begin);
  const { questions, gather } = setUp({ most: 2, atOnce: Number.POSITIVE_INFINITY, when });
  const all = [gather.get(1)];
  await Promise.resolve();
  all.push(gather.get(2), gather.get(3));
  expect([begun.length, questions.length]).toEqual([1, 0]);
  for (const begin of begun) begin();
  expect(questions.map(({ keys }) => keys)).toEqual([[1, 2], [3]]);
  for (const { answer } of questions) answer();
  expect(await Promise.all(all)).toEqual(['v1', 'v2', 'v3']);
  expect(begun).toHaveLength(2);
});

it('a question has so many keys at most, and so many are under way', async () => {
  const { questions, gather } = setUp({ most: 2, atOnce: 2 });
  const all = Promise.all([1, 2, 3, 4, 5].map((key) => gather.get(key)));
  await turn();
  expect(questions.map(({ keys }) => keys)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  questions[1]?.answer();
  await turn();
  expect(questions[2]?.keys).toEqual([5]);
  questions[0]?.answer();
  questions[2]?.answer();
  expect(await all).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
});

it('a failure concerns those who were in the question, and the next one goes', async () => {
  const { questions, gather } = setUp({ most: 2, atOnce: 1 });
  const all = Promise.allSettled([1, 2, 3].map((key) => gather.get(key)));
  await turn();
  questions[0]?.fail(new Error('away'));
  await turn();
  questions[1]?.answer();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('too few answers are a failure', async () => {
  const gather = new Gather<number, string>({ ask: async () => ['one'], most: 5, atOnce: 1 });
  const answers = await Promise.allSettled([gather.get(1), gather.get(2)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
