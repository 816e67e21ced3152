// Bindings in memory pass the contract and stay bounded.
import { describe, expect, it } from 'vitest';
import { affinityContract } from './contract.ts';
import { memoryAffinity } from './memory.ts';

describe('bindings in memory', () => {
  affinityContract(async () => {
    let nowMs = 1_750_000_000_000;
    const elapse = async (ms: number) => {
      nowMs += ms;
    };
    return { affinity: memoryAffinity({ nowMs: () => nowMs }), elapse };
  });
});

it('what was not used for longest gives way', () => {
  const affinity = memoryAffinity({ nowMs: () => 0, most: 2 });
  const binding = { channelId: 'chn_a', channelKeyId: 'chk_a' };
  for (const name of ['one', 'two', 'one', 'three']) affinity.bind(name, binding, 1_000);
  expect(['one', 'two', 'three'].map((name) => affinity.get(name))).toEqual([binding, null, binding]);
});
