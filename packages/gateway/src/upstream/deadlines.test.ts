// Promise: an upstream is cut for its own silence, never for a time in which the relay itself stood still.
import { NOT_LISTED } from '@api-proxy/kit/roster';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Deadlines, type Watched } from './deadlines.ts';

const IDLE_MS = 2_000;
let nowMs = 0;
let deadlines: Deadlines;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  nowMs = 50_000;
  deadlines = new Deadlines(() => nowMs);
});
afterEach(() => {
  deadlines.close();
  vi.useRealTimers();
});

/** Time passes, and every look comes when it should. */
function runs(ms: number): void {
  for (const endMs = nowMs + ms; nowMs < endMs; ) {
    nowMs += 100;
    vi.advanceTimersByTime(100);
  }
}

/** Time passes without a look, then the one that was due comes late, before anything is read. */
function standsStill(ms: number): void {
  nowMs += ms;
  vi.advanceTimersByTime(100);
}

function watched(): Watched & { expire: ReturnType<typeof vi.fn<() => void>> } {
  const call = {
    dueMonoMs: nowMs + IDLE_MS,
    moved: false,
    place: NOT_LISTED,
    movesByMs: IDLE_MS,
    expire: vi.fn<() => void>(),
  };
  deadlines.watch(call);
  return call;
}

it('a silent upstream is cut at its deadline, once', () => {
  const call = watched();
  runs(IDLE_MS - 100);
  expect(call.expire).not.toHaveBeenCalled();
  runs(1_000);
  expect(call.expire).toHaveBeenCalledTimes(1);
});

it('a sign of life moves the deadline', () => {
  const call = watched();
  runs(1_900);
  call.moved = true;
  runs(IDLE_MS);
  expect(call.expire).not.toHaveBeenCalled();
  runs(200);
  expect(call.expire).toHaveBeenCalledTimes(1);
});

it('a process that stood still for longer than the deadline cuts nobody: what came meanwhile is read first', () => {
  const call = watched();
  runs(1_800);
  standsStill(10_000);
  expect(call.expire).not.toHaveBeenCalled();
  call.moved = true;
  runs(IDLE_MS);
  expect(call.expire).not.toHaveBeenCalled();
});

it('who says nothing after that either is cut when the rest of the time is over', () => {
  const call = watched();
  runs(1_500);
  standsStill(10_000);
  runs(300);
  expect(call.expire).not.toHaveBeenCalled();
  runs(300);
  expect(call.expire).toHaveBeenCalledTimes(1);
});

it('a paused call has no deadline, whatever happens', () => {
  const call = watched();
  call.dueMonoMs = Number.POSITIVE_INFINITY;
  standsStill(10_000);
  runs(60_000);
  expect(call.expire).not.toHaveBeenCalled();
});
