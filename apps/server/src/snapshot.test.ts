// The snapshot: replaced after a change, healed without a message, kept while the database is away.
import { DEFAULT_RELAY_SETTINGS } from '@api-proxy/gateway/snapshot';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, describe, expect, it } from 'vitest';
import { type Configuration, SnapshotKeeper } from './snapshot.ts';

const HOUR = 3_600_000;
let keeper: SnapshotKeeper | undefined;
afterEach(() => keeper?.close());

function at(version: number): Configuration {
  const empty = { channels: [], models: new Map(), prices: new Map() };
  return { version, settings: DEFAULT_RELAY_SETTINGS, timeZone: 'UTC', ...empty };
}

function source(start: number) {
  const state = { version: start, reads: 0, fails: false, onRead: () => {} };
  const answer = async <T>(value: () => T) => {
    if (state.fails) throw new Error('away');
    return value();
  };
  const reader = {
    version: () => answer(() => state.version),
    read: () =>
      answer(() => {
        state.reads += 1;
        const snapshot = at(state.version);
        state.onRead();
        return snapshot;
      }),
  };
  return { state, reader };
}

async function open(start: number, checkEveryMs = HOUR) {
  const { state, reader } = source(start);
  keeper = await SnapshotKeeper.open({ reader, log: silentLogger, checkEveryMs });
  return { state, keeper };
}

describe('snapshot keeper', () => {
  it('reads again when a newer version is announced', async () => {
    const { state, keeper } = await open(1);
    state.version = 2;
    keeper.announce(2);
    await keeper.refresh();
    expect(keeper.current().version).toBe(2);
  });

  it('reads nothing while the version stays', async () => {
    const { state, keeper } = await open(1);
    await keeper.refresh();
    expect(state.reads).toBe(1);
  });

  it('sees a change that is announced while it reads', async () => {
    const { state, keeper } = await open(1);
    state.version = 2;
    state.onRead = () => {
      state.onRead = () => {};
      state.version = 3;
      keeper.announce(3);
    };
    await keeper.refresh();
    expect(keeper.current().version).toBe(3);
  });

  it('heals by its own check when the message is lost', async () => {
    const { state, keeper } = await open(1, 5);
    state.version = 2;
    await new Promise<void>((resolve) => {
      state.onRead = resolve;
    });
    await keeper.refresh();
    expect(keeper.current().version).toBe(2);
  });

  it('stays in force while the database is away, and goes on afterwards', async () => {
    const { state, keeper } = await open(1);
    state.version = 2;
    state.fails = true;
    await keeper.refresh();
    expect(keeper.current().version).toBe(1);
    state.fails = false;
    await keeper.refresh();
    expect(keeper.current().version).toBe(2);
  });
});
