// States of channel keys where one worker is alone: it knows them itself, and nobody else probes.
import type { Cooldowns } from './port.ts';

export function memoryCooldowns({ nowMs }: { nowMs: () => number }): Cooldowns {
  const states = new Map<string, { state: string; untilMs: number }>();
  const probes = new Map<string, number>();
  return {
    save: (name, state, untilMs) => void states.set(name, { state, untilMs }),
    drop: (names) => {
      for (const name of names) states.delete(name);
    },
    async all(now) {
      for (const [name, { untilMs }] of states) if (untilMs <= now) states.delete(name);
      return new Map([...states].map(([name, { state }]) => [name, state]));
    },
    claimProbe(name, leaseMs) {
      if ((probes.get(name) ?? 0) > nowMs()) return false;
      probes.set(name, nowMs() + leaseMs);
      return true;
    },
    renewProbe: (name, leaseMs) => void probes.set(name, nowMs() + leaseMs),
    endProbe: (name) => void probes.delete(name),
  };
}
