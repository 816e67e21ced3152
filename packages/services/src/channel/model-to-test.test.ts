// A channel can be tested without naming a model: a cheap one that answers in words is asked.
import { expect, it } from 'vitest';
import { cheapModel } from './model-to-test.ts';

it('prefers a small model that answers in words, then any that does, then what there is', () => {
  expect(cheapModel(['text-embedding-3-large', 'gpt-5', 'gpt-5-nano'])).toBe('gpt-5-nano');
  expect(cheapModel(['claude-opus-4-5', 'claude-haiku-4-5'])).toBe('claude-haiku-4-5');
  expect(cheapModel(['text-embedding-3-small', 'gpt-5'])).toBe('gpt-5');
  expect(cheapModel(['text-embedding-3-small'])).toBe('text-embedding-3-small');
  expect(cheapModel([])).toBeUndefined();
});
