// Promises: a process that is quiet for five minutes gives its memory back, once; one that works is never held up for it.
import { expect, it } from 'vitest';
import { QuietHeap } from './quiet-heap.ts';

const MB = 1024 * 1024;
const BUSY_MICROS = 60_000_000 * 0.03;
const IDLE_MICROS = 60_000_000 * 0.01;

function setUp() {
  const state = { cpu: 0, held: 100 * MB, collected: 0 };
  const quiet = new QuietHeap({
    cpuMicros: () => state.cpu,
    heldBytes: () => state.held,
    collect: () => {
      state.collected++;
      state.held = 30 * MB;
    },
  });
  const minutes = (count: number, micros: number) => {
    for (let minute = 0; minute < count; minute++) {
      state.cpu += micros;
      quiet.look();
    }
  };
  return { state, minutes };
}

it('collects after five quiet minutes, and not again until the heap has grown', () => {
  const { state, minutes } = setUp();
  minutes(4, IDLE_MICROS);
  expect(state.collected).toBe(0);
  minutes(1, IDLE_MICROS);
  expect(state.collected).toBe(1);
  state.held += 15 * MB;
  minutes(60, IDLE_MICROS);
  expect(state.collected).toBe(1);
  state.held += MB;
  minutes(1, IDLE_MICROS);
  expect(state.collected).toBe(2);
});

it('one busy minute begins the wait anew', () => {
  const { state, minutes } = setUp();
  minutes(4, IDLE_MICROS);
  minutes(1, BUSY_MICROS);
  minutes(4, IDLE_MICROS);
  expect(state.collected).toBe(0);
  minutes(1, IDLE_MICROS);
  expect(state.collected).toBe(1);
});

it('a process that works is left alone', () => {
  const { state, minutes } = setUp();
  state.held = 500 * MB;
  minutes(60, BUSY_MICROS);
  expect(state.collected).toBe(0);
});
