// Limits that go on without Redis: shared while it answers, this instance's part of them while it is away.
import type { Link } from '../link/port.ts';
import type { LimitRequest, LimitStore, LimitVerdict } from './port.ts';

export type ResilientOptions = {
  shared: LimitStore;
  /** A store of this process alone. */
  local: LimitStore;
  link: Link;
  /** Instances that share the limits, as last known; at least 1. */
  instances: () => number;
};

/** This instance's part of each limit, at least one. */
function partOf(request: LimitRequest, instances: number): LimitRequest {
  const part = <Take extends { max: number }>(take: Take): Take => ({
    ...take,
    max: Math.max(1, Math.floor(take.max / instances)),
  });
  return { ...request, windows: request.windows.map(part), slots: request.slots.map(part) };
}

/**
 * Takes from the shared store, or locally when that fails; gives back where it was taken.
 * A request admitted before a change of state stays with the store that admitted it.
 */
export function resilientLimits({ shared, local, link, instances }: ResilientOptions): LimitStore {
  const takenLocally = new Set<string>();
  const takeLocally = async (request: LimitRequest): Promise<LimitVerdict> => {
    const verdict = await local.takeAll(partOf(request, Math.max(1, instances())));
    if (verdict.ok) takenLocally.add(request.holder);
    return verdict;
  };
  return {
    takeAll(request) {
      if (link.state() === 'down') return takeLocally(request);
      return Promise.resolve(shared.takeAll(request)).catch(() => takeLocally(request));
    },
    release(given) {
      if (takenLocally.delete(given.holder)) local.release(given);
      else shared.release(given);
    },
    async inUse(key, nowMs) {
      const ownUse = await local.inUse(key, nowMs);
      if (link.state() === 'down') return ownUse;
      return ownUse + (await Promise.resolve(shared.inUse(key, nowMs)).catch(() => 0));
    },
    async close() {
      await Promise.all([shared.close(), local.close()]);
    },
  };
}
