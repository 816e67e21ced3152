// Promise: an upstream is stopped while nobody takes its bytes, and never for longer.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';
import type { UpstreamControl } from './handler.ts';
import { type AnswerSink, UpstreamCall } from './upstream-call.ts';

const EVENT = Buffer.from('data: {"a":1}\n\n');
const MUCH = Buffer.concat(Array.from({ length: 8_000 }, () => EVENT));

let deadlines: Deadlines;
let steps: string[];
const control: UpstreamControl = {
  pause: () => void steps.push('pause'),
  resume: () => void steps.push('resume'),
  abort: () => void steps.push('abort'),
};
beforeEach(() => {
  deadlines = new Deadlines(() => 0);
  steps = [];
});
afterEach(() => deadlines.close());

/** A call whose answer has opened; more has come since than is kept without a taker. */
async function openedAndFull(): Promise<UpstreamCall> {
  const upstream = new UpstreamCall({
    ...{ deadlines, monotonicMs: () => 0 },
    ...{ firstByteTimeoutMs: 1_000, idleTimeoutMs: 1_000 },
  });
  upstream.onRequestStart(control);
  upstream.onResponseStart(control, 200, { 'content-type': 'text/event-stream' });
  upstream.onResponseData(control, EVENT);
  expect(await upstream.opened).toMatchObject({ kind: 'answer', first: EVENT });
  upstream.onResponseData(control, MUCH);
  expect(steps).toEqual(['pause']);
  expect(upstream.dueMonoMs).toBe(Number.POSITIVE_INFINITY);
  return upstream;
}

function sink(takes: boolean): AnswerSink & { bytes: number } {
  return {
    bytes: 0,
    data(chunk) {
      this.bytes += chunk.length;
      return takes;
    },
    end: () => void steps.push('end'),
    fail: () => void steps.push('fail'),
  };
}

it('stopped before somebody took its bytes, it goes on with who takes them', async () => {
  const upstream = await openedAndFull();
  const taker = sink(true);
  upstream.attach(taker);
  expect(taker.bytes).toBe(MUCH.length);
  expect(steps.at(-1)).toBe('resume');
  expect(upstream.dueMonoMs).toBe(1_000);
});

it('it stays stopped for a taker that is full, until that one asks for more', async () => {
  const upstream = await openedAndFull();
  upstream.attach(sink(false));
  expect(steps).not.toContain('resume');
  expect(upstream.dueMonoMs).toBe(Number.POSITIVE_INFINITY);
  upstream.resume();
  expect(steps.at(-1)).toBe('resume');
  expect(upstream.dueMonoMs).toBe(1_000);
});
