// Promise: an upstream that can't be reached is blamed where something shows that the network works, and only there.
import { expect, it } from 'vitest';
import { Network } from './network.ts';

it('several hosts that are missed are to blame once anything is heard of, also when others are missed later', () => {
  const network = new Network();
  const [a, b] = [network.missed('http://a'), network.missed('http://b')];
  expect([a, b].map((one) => network.blames(one))).toEqual([false, false]);
  network.heard();
  const [c, d] = [network.missed('http://c'), network.missed('http://d')];
  expect([a, b, c, d].map((one) => network.blames(one))).toEqual([true, true, false, false]);
});

it('one host is to blame, however often it is missed, until another one is', () => {
  const network = new Network();
  const missed = [network.missed('http://a'), network.missed('http://a')];
  expect(missed.map((one) => network.blames(one))).toEqual([true, true]);
  network.missed('http://b');
  expect(missed.map((one) => network.blames(one))).toEqual([false, false]);
});
