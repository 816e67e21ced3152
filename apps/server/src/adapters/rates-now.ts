// The counted limits of a key and its user as they stand: looked at without taking anything.
import type { Clock } from '@api-proxy/kit/clock';
import { newId } from '@api-proxy/kit/id';
import type { RateNow, RatesNow } from '@api-proxy/services/context';
import type { LimitStore } from '@api-proxy/stores/limits/port';

type Asked = Pick<RateNow, 'scope' | 'limit' | 'max'> & { readonly key: string };

/** Keys of the limit store are those of the admission. */
export function ratesNow({ limits, clock }: { limits: LimitStore; clock: Clock }): RatesNow {
  return {
    of: ({ key, user }) => {
      const owner = `{${user.id}}`;
      const asked = [...limitsOf('key', `${owner}:${key.id}`, key), ...limitsOf('user', owner, user)];
      return Promise.all(asked.map((one) => (one.limit === 'concurrency' ? places(one) : window(one))));
    },
  };

  async function places({ key, ...rate }: Asked): Promise<RateNow> {
    const inUse = await limits.inUse(key, clock.nowMs());
    return { ...rate, remaining: Math.max(0, rate.max - inUse), resetsAtMs: null };
  }

  /** Taking nothing tells what is left. */
  async function window({ key, ...rate }: Asked): Promise<RateNow> {
    const nowMs = clock.nowMs();
    const holder = newId('req', nowMs);
    const windows = [{ key, max: rate.max, amount: 0 }];
    const verdict = await limits.takeAll({ holder, windows, slots: [], nowMs });
    limits.release({ holder, windows: [], slots: [], nowMs });
    if (!verdict.ok) return { ...rate, remaining: 0, resetsAtMs: nowMs + verdict.retryAfterMs };
    const remaining = Math.min(rate.max, verdict.windows[0]?.remaining ?? rate.max);
    const resetMs = verdict.windows[0]?.resetMs ?? 0;
    return { ...rate, remaining, resetsAtMs: remaining < rate.max ? nowMs + resetMs : null };
  }
}

type Columns = { rpm: number | null; tpm: number | null; maxConcurrency: number | null };

function limitsOf(scope: RateNow['scope'], id: string, { rpm, tpm, maxConcurrency }: Columns): Asked[] {
  const all = [
    { limit: 'rpm', key: `rpm:${id}`, max: rpm },
    { limit: 'tpm', key: `tpm:${id}`, max: tpm },
    { limit: 'concurrency', key: `slots:${id}`, max: maxConcurrency },
  ] as const;
  return all.flatMap(({ max, ...rest }) => (max === null ? [] : [{ scope, ...rest, max }]));
}
