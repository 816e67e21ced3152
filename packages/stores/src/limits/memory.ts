// Limits of a single process: exact, synchronous, and forgotten when idle.

import { MinuteWindow } from './minute-window.ts';
import {
  type LimitRelease,
  type LimitRequest,
  type LimitStore,
  type LimitVerdict,
  PLACE_RETRY_MS,
  type SlotTake,
  WINDOW_MS,
  type WindowState,
  type WindowTake,
} from './port.ts';

const SWEEP_MS = 60_000;

type State = { windows: Map<string, MinuteWindow>; slots: Map<string, Set<string>>; sweptAtMs: number };

function deniedByWindow(state: State, take: WindowTake, nowMs: number): LimitVerdict | undefined {
  const retryAfterMs = state.windows.get(take.key)?.refusal(take.amount, take.max, nowMs) ?? null;
  return retryAfterMs === null ? undefined : { ok: false, key: take.key, max: take.max, retryAfterMs };
}

function deniedBySlot(state: State, take: SlotTake): LimitVerdict | undefined {
  const holders = state.slots.get(take.key);
  if ((holders?.size ?? 0) < take.max) return undefined;
  return { ok: false, key: take.key, max: take.max, retryAfterMs: PLACE_RETRY_MS };
}

function takeWindow(state: State, take: WindowTake, nowMs: number): WindowState {
  let window = state.windows.get(take.key);
  if (!window) {
    window = new MinuteWindow();
    state.windows.set(take.key, window);
  }
  window.add(take.amount, nowMs);
  const remaining = Math.max(0, take.max - window.used(nowMs));
  return { key: take.key, max: take.max, remaining, resetMs: window.waitMs(window.used(nowMs), nowMs) };
}

function takeSlot(state: State, key: string, holder: string): void {
  const holders = state.slots.get(key);
  if (holders) holders.add(holder);
  else state.slots.set(key, new Set([holder]));
}

function sweep(state: State, nowMs: number): void {
  if (nowMs - state.sweptAtMs < SWEEP_MS) return;
  state.sweptAtMs = nowMs;
  for (const [key, window] of state.windows) if (window.used(nowMs) === 0) state.windows.delete(key);
}

function release(state: State, given: LimitRelease): void {
  for (const key of given.slots) {
    const holders = state.slots.get(key);
    if (holders?.delete(given.holder) && holders.size === 0) state.slots.delete(key);
  }
  for (const { key, delta, takenAtMs } of given.windows) {
    if (given.nowMs - takenAtMs < WINDOW_MS) state.windows.get(key)?.correct(delta, takenAtMs, given.nowMs);
  }
}

/** Answers at once, never with a promise. */
export function memoryLimits(): LimitStore & {
  takeAll(request: LimitRequest): LimitVerdict;
  inUse(key: string): number;
} {
  const state: State = { windows: new Map(), slots: new Map(), sweptAtMs: 0 };
  return {
    takeAll({ holder, windows, slots, nowMs }) {
      sweep(state, nowMs);
      for (const take of slots) {
        const denied = deniedBySlot(state, take);
        if (denied) return denied;
      }
      for (const take of windows) {
        const denied = deniedByWindow(state, take, nowMs);
        if (denied) return denied;
      }
      for (const { key } of slots) takeSlot(state, key, holder);
      return { ok: true, windows: windows.map((take) => takeWindow(state, take, nowMs)) };
    },
    release: (given) => release(state, given),
    inUse: (key) => state.slots.get(key)?.size ?? 0,
    close: async () => {},
  };
}
