// Promise: conversations that begin are drawn by their weights, and each alike wherever it is drawn.
import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { drawsOf } from './session.ts';

const session = (serial: number) => ({ name: hash('sha256', `s${serial}`, 'base64url') });

it('each draws the same numbers everywhere', () => {
  const drawn = (serial: number) => {
    const draw = drawsOf(session(serial));
    return [draw(), draw(), draw()];
  };
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
  expect(new Set(drawn(1)).size).toBe(3);
});

it('10,000 first and second draws are even within 2 %', () => {
  const counts = { first: Array(10).fill(0), second: Array(10).fill(0) };
  for (let serial = 0; serial < 10_000; serial++) {
    const draw = drawsOf(session(serial));
    counts.first[Math.floor(draw() * 10)] += 1;
    counts.second[Math.floor(draw() * 10)] += 1;
  }
  for (const count of [...counts.first, ...counts.second])
    expect(Math.abs(count / 10_000 - 0.1)).toBeLessThan(0.02);
});
