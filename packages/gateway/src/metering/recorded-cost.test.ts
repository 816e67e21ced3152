// Promise: recorded answers of the providers cost what their usage says, cache classes included, to the nano-dollar.
import { type Recording, recordings } from '@api-proxy/protocols/recordings';
import { DIALECTS } from '@api-proxy/protocols/registry';
import { NO_USAGE, type Usage } from '@api-proxy/protocols/usage';
import { expect, it } from 'vitest';
import { PRICE } from '../journey/harness.ts';
import { cost } from './cost.ts';
import { BodyTally, StreamTally } from './tally.ts';

/** What the relay counts of a recorded answer that passes in pieces. */
function usageOf({ protocol, bytes }: Recording, kind: 'json' | 'sse'): Usage | null {
  const dialect = DIALECTS[protocol];
  const tally = kind === 'sse' ? new StreamTally(dialect, false) : new BodyTally(dialect);
  for (let at = 0; at < bytes.length; at += 700) tally.push(bytes.subarray(at, at + 700));
  tally.finish(() => NO_USAGE);
  return tally.usage();
}

type Golden = {
  readonly protocol: Recording['protocol'];
  readonly kind: 'json' | 'sse';
  readonly name: string;
  readonly usage: Partial<Usage>;
  readonly nanoUsd: bigint;
};

// PRICE in nano-USD per token: input 3,000, cache read 300, written for 5 min 3,750 or 1 h 6,000, output 15,000.
const GOLDEN: readonly Golden[] = [
  {
    ...{ protocol: 'anthropic-messages', kind: 'json', name: 'dd-anthropic-completion-cache-read-0.json' },
    usage: { input: 11, cacheRead: 2_055, output: 100 },
    // 11 × 3,000 = 33,000; 2,055 × 300 = 616,500; 100 × 15,000 = 1,500,000
    nanoUsd: 2_149_500n,
  },
  {
    ...{ protocol: 'anthropic-messages', kind: 'json', name: 'dd-anthropic-completion-cache-write-0.json' },
    usage: { input: 18, cacheWrite5m: 2_055, output: 100 },
    // 18 × 3,000 = 54,000; 2,055 × 3,750 = 7,706,250 (not split: 5 min); 100 × 15,000 = 1,500,000
    nanoUsd: 9_260_250n,
  },
  {
    ...{
      protocol: 'anthropic-messages',
      kind: 'json',
      name: 'dd-anthropic-completion-cache-write-1h-ttl-0.json',
    },
    usage: { input: 17, cacheWrite1h: 2_056, output: 100 },
    // 17 × 3,000 = 51,000; 2,056 × 6,000 = 12,336,000; 100 × 15,000 = 1,500,000
    nanoUsd: 13_887_000n,
  },
  {
    ...{
      protocol: 'anthropic-messages',
      kind: 'sse',
      name: 'dd-anthropic-completion-stream-cache-write-0.sse',
    },
    usage: { input: 18, cacheWrite5m: 1_031, output: 100 },
    // 18 × 3,000 = 54,000; 1,031 × 3,750 = 3,866,250; 100 × 15,000 = 1,500,000
    nanoUsd: 5_420_250n,
  },
  {
    ...{
      protocol: 'anthropic-messages',
      kind: 'sse',
      name: 'vercel-anthropic-code-execution-20260120-prompt-cache-1.chunks.txt',
    },
    // The last value of each field, of two events; what the split (3,068) leaves of 3,337 written counts as 5 min.
    usage: { input: 6, cacheRead: 6_289, cacheWrite5m: 3_337, output: 198 },
    // 6 × 3,000 = 18,000; 6,289 × 300 = 1,886,700; 3,337 × 3,750 = 12,513,750; 198 × 15,000 = 2,970,000
    nanoUsd: 17_388_450n,
  },
  {
    ...{ protocol: 'openai-chat', kind: 'json', name: 'dd-chat-completion-prompt-caching-cache-read-0.json' },
    usage: { input: 68, cacheRead: 1_152, output: 100 },
    // 1,220 − 1,152 cached = 68 × 3,000 = 204,000; 1,152 × 300 = 345,600; 100 × 15,000 = 1,500,000
    nanoUsd: 2_049_600n,
  },
  {
    ...{
      protocol: 'openai-chat',
      kind: 'json',
      name: 'dd-chat-completion-prompt-caching-5-6-cache-write-0.json',
    },
    usage: { input: 3, cacheWrite5m: 1_217, output: 100, reasoning: 100 },
    // 1,220 − 1,217 written = 3 × 3,000 = 9,000; 1,217 × 3,750 = 4,563,750; 100 × 15,000 = 1,500,000
    nanoUsd: 6_072_750n,
  },
  {
    ...{
      protocol: 'openai-chat',
      kind: 'sse',
      name: 'dd-chat-completion-stream-prompt-caching-cache-read-0.sse',
    },
    usage: { input: 140, cacheRead: 1_280, output: 100 },
    // 1,420 − 1,280 cached = 140 × 3,000 = 420,000; 1,280 × 300 = 384,000; 100 × 15,000 = 1,500,000
    nanoUsd: 2_304_000n,
  },
  {
    ...{ protocol: 'openai-responses', kind: 'json', name: 'dd-responses-prompt-caching-cache-read-0.json' },
    usage: { input: 125, cacheRead: 1_390, output: 8 },
    // 1,515 − 1,390 cached = 125 × 3,000 = 375,000; 1,390 × 300 = 417,000; 8 × 15,000 = 120,000
    nanoUsd: 912_000n,
  },
  {
    ...{
      protocol: 'openai-responses',
      kind: 'json',
      name: 'dd-responses-prompt-caching-5-6-cache-write-0.json',
    },
    usage: { input: 3, cacheWrite5m: 1_217, output: 100, reasoning: 54 },
    // 1,220 − 1,217 written = 3 × 3,000 = 9,000; 1,217 × 3,750 = 4,563,750; 100 × 15,000 = 1,500,000
    nanoUsd: 6_072_750n,
  },
  {
    ...{
      protocol: 'openai-responses',
      kind: 'sse',
      name: 'dd-responses-stream-prompt-caching-cache-read-0.sse',
    },
    usage: { input: 125, cacheRead: 1_390, output: 8 },
    // 1,515 − 1,390 cached = 125 × 3,000 = 375,000; 1,390 × 300 = 417,000; 8 × 15,000 = 120,000
    nanoUsd: 912_000n,
  },
];

it.each(GOLDEN)('$protocol, $name', ({ protocol, kind, name, usage, nanoUsd }) => {
  const recording = recordings(protocol, kind).find((one) => one.name === name);
  if (!recording) throw new Error(`no recording ${name}`);
  const counted = usageOf(recording, kind);
  expect(counted).toEqual({ ...NO_USAGE, ...usage });
  expect(counted && cost(counted, PRICE, 1_000_000)).toBe(nanoUsd);
});
