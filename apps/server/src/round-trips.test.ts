// What a request costs in round trips to Redis: what leaves this process in one write is one.
import { Socket } from 'node:net';
import type { Caller, Limits } from '@api-proxy/gateway/ports';
import { systemClock } from '@api-proxy/kit/clock';
import { newId } from '@api-proxy/kit/id';
import { silentLogger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limitAdmission } from './adapters/admission.ts';
import { openSharedState, type SharedState } from './shared-state.ts';

const url = process.env.TEST_REDIS_URL;
const FAR: Limits = { rpm: 100_000, tpm: 10_000_000, concurrency: 1_000 };
/** So small that nothing of them is ever lent. */
const LIMITS: Limits = { rpm: 100, tpm: 2_000, concurrency: 2 };
const BINDING = { channelId: 'chn_a', channelKeyId: 'chk_a' };
/** Small enough that no place is ever kept spare: each statement is needed. */
const NEAR = 2;

type Shape = { limits: Limits | null; session: string | null; max: number | null; foreseen?: boolean };

describe.skipIf(!url)('round trips to redis', () => {
  let state: SharedState;
  let writes = 0;
  let serial = 0;

  beforeEach(async () => {
    const redisUrl = new Secret(url ?? '');
    const workerId = newId('wrk', Date.now());
    state = await openSharedState({
      ...{ redisUrl, workerId, instances: () => 1, clock: systemClock, log: silentLogger },
    });
    await expect.poll(() => state.link?.state(), { timeout: 5_000 }).toBe('up');
    // The connection for messages is there too: only requests write from here on.
    let heard = 0;
    state.bus.subscribe(workerId, () => {
      heard += 1;
    });
    const told = () => {
      state.bus.publish(workerId, {});
      return heard;
    };
    await expect.poll(told, { timeout: 5_000 }).toBeGreaterThan(1);
    await quiet();
    const port = Number(new URL(url ?? '').port);
    // What reaches the kernel: several pieces that were held back together leave as one.
    for (const name of ['_write', '_writev'] as const) {
      const send = Socket.prototype[name];
      vi.spyOn(Socket.prototype, name).mockImplementation(function (this: Socket, ...given: unknown[]) {
        if (this.remotePort === port) writes += 1;
        if (send) Reflect.apply(send, this, given);
      });
    }
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await state.close();
  });

  /** Until what was begun has left: what was held back leaves at the end of a turn. */
  const turns = async () => {
    for (let count = 0; count < 4; count += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  /** Redis answers in order: what left before has its answer, and nothing more is on its way. */
  const quiet = async () => {
    await turns();
    await state.limits.inUse('nobody', Date.now());
    await turns();
  };

  /** One request in the order of the relay; gives the writes to admit it and to finish it. */
  const request = async ({ limits, session, max, foreseen = true }: Shape, channelId: string) => {
    const id = `usr_${channelId}`;
    const user = { id, role: 'user', status: 'active', multiplierPpm: 1_000_000, limits } as const;
    const lists = { allowedModels: [], allowedIps: [] };
    const key = { id: 'key_1', name: 'k', status: 'active', expiresAtMs: null, limits, ...lists } as const;
    const caller: Caller = { user, key };
    const admission = limitAdmission({ limits: state.limits, clock: systemClock });
    const requestId = newId('req', Date.now());
    const nowMs = Date.now();
    writes = 0;
    const admitted = admission.take({ requestId, caller, operation: 'generate', estimatedTokens: 10, nowMs });
    const bound = session === null ? null : state.affinity.get(session);
    if (foreseen) state.slots.prepare(channelId, max);
    const pass = await admitted;
    await bound;
    expect(await state.slots.tryTake(channelId, max)).toBe(true);
    await turns();
    const toAdmit = writes;
    writes = 0;
    if ('denied' in pass) throw new Error(pass.denied);
    pass.release(5);
    state.slots.release(channelId);
    await turns();
    const toFinish = writes;
    await quiet();
    return { toAdmit, toFinish };
  };

  const freshChannel = () => `chn_${process.pid}_${Date.now()}_${serial++}`;

  it('a warm request, and a new conversation whose channel is foreseen, cost one to admit and one to finish', async () => {
    const channelId = freshChannel();
    const shape: Shape = { limits: LIMITS, session: `warm ${channelId}`, max: NEAR };
    // The first may have to send the scripts; what it binds is known from then on.
    await request(shape, channelId);
    await request(shape, channelId);
    writes = 0;
    state.affinity.bind(`first ${channelId}`, BINDING, 600_000);
    await expect.poll(() => writes).toBeGreaterThan(0);
    // Refused, sent, run: until a look around is the only write.
    for (let before = -1; writes !== before + 1; ) {
      before = writes;
      await quiet();
    }
    writes = 0;
    state.affinity.bind(`warm ${channelId}`, BINDING, 600_000);
    // Told behind, in a write of its own.
    await expect.poll(() => writes).toBe(1);
    await quiet();
    for (const session of [shape.session, `new 1 ${channelId}`, `new 2 ${channelId}`])
      expect(await request({ ...shape, session }, channelId)).toEqual({ toAdmit: 1, toFinish: 1 });
  });

  it('a new conversation drawn among channels costs one without a bound of the channel, one more with it', async () => {
    const channelId = freshChannel();
    const shape = { limits: LIMITS, foreseen: false } as const;
    await request({ ...shape, session: null, max: NEAR }, channelId);
    const without = { ...shape, session: `new 1 ${channelId}`, max: null };
    expect(await request(without, channelId)).toEqual({ toAdmit: 1, toFinish: 1 });
    const near = { ...shape, session: `new 2 ${channelId}`, max: NEAR };
    expect(await request(near, channelId)).toEqual({ toAdmit: 2, toFinish: 1 });
  });

  it('limits that are far cost one statement for many requests', async () => {
    const channelId = freshChannel();
    const shape: Shape = { limits: FAR, session: null, max: null };
    let writesOfAll = 0;
    for (let count = 0; count < 100; count += 1) {
      const { toAdmit, toFinish } = await request(shape, channelId);
      writesOfAll += toAdmit + toFinish;
    }
    expect(writesOfAll).toBeLessThan(20);
  });

  it('without limits, a bound of the channel and a choice of channel keys there is none', async () => {
    const free: Shape = { limits: null, session: null, max: null };
    expect(await request(free, freshChannel())).toEqual({ toAdmit: 0, toFinish: 0 });
  });
});
