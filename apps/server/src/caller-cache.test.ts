// The caller cache: one load per credential, forgotten on a notice, not to be flooded.
import type { Caller } from '@api-proxy/gateway/ports';
import { manualClock } from '@api-proxy/kit/clock';
import { describe, expect, it } from 'vitest';
import { CallerCache } from './caller-cache.ts';

function caller(userId: string, keyId: string): Caller {
  return {
    user: { id: userId, role: 'user', status: 'active', multiplierPpm: 1_000_000, limits: null },
    key: {
      id: keyId,
      name: keyId,
      status: 'active',
      expiresAtMs: null,
      allowedModels: [],
      allowedIps: [],
      limits: null,
    },
  };
}

function setUp(capacity = 100) {
  const clock = manualClock();
  const rows = new Map([
    ['h1', caller('usr_1', 'key_1')],
    ['h2', caller('usr_1', 'key_2')],
    ['h3', caller('usr_2', 'key_3')],
  ]);
  const loads: string[] = [];
  const cache = new CallerCache({
    clock,
    capacity,
    knownForMs: 60_000,
    unknownForMs: 5_000,
    load: async (hash) => {
      loads.push(hash);
      return rows.get(hash) ?? null;
    },
  });
  return { clock, rows, loads, cache };
}

describe('caller cache', () => {
  it('answers at once, without a promise, what it knows', async () => {
    const { cache, loads } = setUp();
    await cache.find('h1');
    expect(cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    expect(loads).toEqual(['h1']);
  });

  it('loads a credential once for all who ask at the same time', async () => {
    const { cache, loads } = setUp();
    const found = await Promise.all([cache.find('h1'), cache.find('h1'), cache.find('h1')]);
    expect(new Set(found).size).toBe(1);
    expect(loads).toEqual(['h1']);
  });

  it('reads one that is in use again behind a request, which does not wait', async () => {
    const { cache, loads, clock, rows } = setUp();
    await cache.find('h1');
    clock.advance(29_000);
    expect(cache.find('h1')).not.toBeInstanceOf(Promise);
    expect(loads).toEqual(['h1']);
    clock.advance(2_000);
    rows.set('h1', caller('usr_1', 'key_1_renewed'));
    expect(cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    expect(cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    expect(loads).toEqual(['h1', 'h1']);
    await expect.poll(() => cache.find('h1')).toMatchObject({ key: { id: 'key_1_renewed' } });
    clock.advance(59_000);
    expect(cache.find('h1')).not.toBeInstanceOf(Promise);
  });

  it('a renewal that fails is tried again, and not by each request', async () => {
    const clock = manualClock();
    let loads = 0;
    const cache = new CallerCache({
      clock,
      load: async () => {
        loads++;
        if (loads > 1) throw new Error('away');
        return caller('usr_1', 'key_1');
      },
    });
    await cache.find('h1');
    clock.advance(30_000);
    for (let count = 0; count < 10; count++) expect(cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    expect(loads).toBe(2);
    await new Promise(setImmediate);
    clock.advance(5_000);
    cache.find('h1');
    expect(loads).toBe(3);
  });

  it('remembers an unknown credential, but not for long', async () => {
    const { cache, loads, clock } = setUp();
    await cache.find('nobody');
    expect(cache.find('nobody')).toBeNull();
    clock.advance(5_001);
    await cache.find('nobody');
    expect(loads).toEqual(['nobody', 'nobody']);
  });

  it('forgets one key, or all keys of a user, and nobody else', async () => {
    const { cache, loads } = setUp();
    for (const hash of ['h1', 'h2', 'h3']) await cache.find(hash);
    cache.forget('usr_1', 'key_1');
    await cache.find('h1');
    cache.find('h2');
    expect(loads).toEqual(['h1', 'h2', 'h3', 'h1']);
    cache.forget('usr_1', null);
    for (const hash of ['h1', 'h2', 'h3']) await cache.find(hash);
    expect(loads.slice(4)).toEqual(['h1', 'h2']);
  });

  it('finds a new key although it was asked for before it existed', async () => {
    const { cache, rows } = setUp();
    await cache.find('new');
    rows.set('new', caller('usr_9', 'key_9'));
    cache.forget('usr_9', 'key_9');
    expect(await cache.find('new')).toMatchObject({ key: { id: 'key_9' } });
  });

  it('does not keep what it was loading when a notice came', async () => {
    const { cache, rows } = setUp();
    const early = cache.find('h1');
    rows.delete('h1');
    cache.forget('usr_1', 'key_1');
    await early;
    expect(await cache.find('h1')).toBeNull();
  });

  it('forgets everybody when notices may have been lost', async () => {
    const { cache, rows } = setUp();
    await cache.find('h1');
    await cache.find('h3');
    rows.clear();
    cache.forgetAll();
    expect(await cache.find('h1')).toBeNull();
    expect(await cache.find('h3')).toBeNull();
  });

  it('loads again after its lifetime, and after a load that failed', async () => {
    const { cache, loads, clock } = setUp();
    await cache.find('h1');
    clock.advance(60_001);
    await cache.find('h1');
    expect(loads).toHaveLength(2);
  });

  it('stays within its capacity, and guesses do not push out real callers', async () => {
    const { cache, loads } = setUp(2);
    await cache.find('h1');
    for (let guess = 0; guess < 10; guess += 1) await cache.find(`guess ${guess}`);
    cache.find('h1');
    expect(loads.filter((hash) => hash === 'h1')).toHaveLength(1);
    await cache.find('h2');
    await cache.find('h3');
    await cache.find('h1');
    expect(loads.filter((hash) => hash === 'h1')).toHaveLength(2);
  });

  it('believes a known caller while the database fails or does not answer, but not for ever', async () => {
    const clock = manualClock();
    let load = async (): Promise<Caller | null> => caller('usr_1', 'key_1');
    const cache = new CallerCache({ clock, load: () => load(), patienceMs: 20 });
    await cache.find('h1');
    clock.advance(61_000);
    load = () => Promise.reject(new Error('away'));
    expect(await cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    // Not asked about again with every request.
    expect(cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    clock.advance(6_000);
    const hanging = Promise.withResolvers<Caller | null>();
    load = () => hanging.promise;
    expect(await cache.find('h1')).toMatchObject({ key: { id: 'key_1' } });
    hanging.resolve(null);
    await hanging.promise;
    expect(await cache.find('h1')).toBeNull();
    await expect(cache.find('h2')).resolves.toBeNull();
  });

  it('believes nobody who was forgotten, or whom nobody could look up for long', async () => {
    const clock = manualClock();
    let load = async (): Promise<Caller | null> => caller('usr_1', 'key_1');
    const cache = new CallerCache({ clock, load: () => load(), believedForMs: 900_000 });
    await cache.find('h1');
    load = () => Promise.reject(new Error('away'));
    clock.advance(901_000);
    await expect(cache.find('h1')).rejects.toThrow('away');
    load = async () => caller('usr_1', 'key_1');
    await cache.find('h1');
    clock.advance(61_000);
    load = () => Promise.reject(new Error('away'));
    const asked = cache.find('h1');
    cache.forget('usr_1', null);
    await expect(asked).rejects.toThrow('away');
  });
});
