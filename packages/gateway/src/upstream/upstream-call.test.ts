// Promise: an upstream is stopped while nobody takes its bytes, and never for longer; and cut for its own silence only.
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
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

/** A call whose answer has opened with one event. */
async function opened(): Promise<UpstreamCall> {
  const upstream = new UpstreamCall({
    ...{ deadlines, monotonicMs: () => 0 },
    ...{ firstByteTimeoutMs: 1_000, idleTimeoutMs: 1_000 },
  });
  upstream.onRequestStart(control);
  upstream.onResponseStart(control, 200, { 'content-type': 'text/event-stream' });
  upstream.onResponseData(control, EVENT);
  expect(await upstream.opened).toMatchObject({ kind: 'answer', first: EVENT });
  return upstream;
}

/** More has come since it opened than is kept without a taker. */
async function openedAndFull(): Promise<UpstreamCall> {
  const upstream = await opened();
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

it('bytes that still come after it was stopped bring no deadline back, whatever their taker says', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  let nowMs = 0;
  deadlines = new Deadlines(() => nowMs);
  const upstream = await opened();
  const answers = [false, true, true];
  upstream.attach({ ...sink(true), data: () => answers.shift() ?? true });
  for (const piece of [EVENT, EVENT, EVENT.subarray(0, 4)]) upstream.onResponseData(control, piece);
  nowMs += 60_000;
  vi.advanceTimersByTime(60_000);
  expect(upstream.dueMonoMs).toBe(Number.POSITIVE_INFINITY);
  expect(steps).toEqual(['pause']);
  upstream.resume();
  upstream.onResponseData(control, EVENT.subarray(4));
  expect(upstream.moved).toBe(true);
});

it.each([
  ['event: ping\n', 'data: {}\n\n'],
  ['event: ping\n', 'data: {}\n', '\n'],
  ['event: ping\r\n', 'data: {}\r\n\r', '\n'],
  ['eve', 'nt', ': pin', 'g\ndata: {}\n\n'],
  [': still', ' here\n', '\n'],
  [':', '\n\n', ': a\n', ': b\n', ': c\n'],
])('a keep-alive is none the more content for being cut: %j', async (...pieces) => {
  const upstream = await opened();
  upstream.attach(sink(true));
  upstream.moved = false;
  for (let round = 0; round < 40; round++)
    for (const piece of pieces) upstream.onResponseData(control, Buffer.from(piece));
  expect(upstream.moved).toBe(false);
  upstream.onResponseData(control, Buffer.from('event: d\n'));
  expect(upstream.moved).toBe(true);
});
