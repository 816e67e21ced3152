// Parallel calls per channel, counted in this process.
import type { ChannelSlots } from '../ports.ts';

export class MemoryChannelSlots implements ChannelSlots {
  readonly #inUse = new Map<string, number>();

  tryTake(channelId: string, max: number | null): boolean {
    const used = this.#inUse.get(channelId) ?? 0;
    if (max !== null && used >= max) return false;
    this.#inUse.set(channelId, used + 1);
    return true;
  }

  release(channelId: string): void {
    const used = this.#inUse.get(channelId) ?? 0;
    if (used <= 1) this.#inUse.delete(channelId);
    else this.#inUse.set(channelId, used - 1);
  }

  inUse(channelId: string): number {
    return this.#inUse.get(channelId) ?? 0;
  }
}
