// Parallel calls per channel of a single process.
import type { Slots } from './port.ts';

export function memorySlots(): Slots & { tryTake(channelId: string, max: number | null): boolean } {
  const used = new Map<string, number>();
  const inUse = (channelId: string): number => used.get(channelId) ?? 0;
  return {
    tryTake(channelId, max) {
      if (max !== null && inUse(channelId) >= max) return false;
      used.set(channelId, inUse(channelId) + 1);
      return true;
    },
    prepare: () => undefined,
    release(channelId) {
      if (inUse(channelId) <= 1) used.delete(channelId);
      else used.set(channelId, inUse(channelId) - 1);
    },
    inUse,
    close: async () => undefined,
  };
}
