// `GET /v1/usage` for the gateway: the services' answer about the key that the gateway has authenticated.

import { usageRange } from '@api-proxy/contracts/usage';
import type { Denial } from '@api-proxy/gateway/denial';
import type { KeyUsage } from '@api-proxy/gateway/ports';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { AppError } from '@api-proxy/kit/error';
import type { ServicePorts } from '@api-proxy/services/context';
import { findKeyInForce } from '@api-proxy/services/usage/find-key-in-force';
import { countQuestion, rightKey } from '@api-proxy/services/usage/limit-guessing';
import { readKeyUsage } from '@api-proxy/services/usage/read-key-usage';

type Refused = Denial['denied'];

const KNOWN: ReadonlySet<string> = new Set<Refused>([
  ...(['key_unknown', 'key_disabled', 'key_expired', 'user_disabled', 'ip_not_allowed'] as const),
]);

/** The refusals of the services that the gateway has words for. */
function isKnown(code: string): code is Refused {
  return KNOWN.has(code);
}

export function keyUsage(ports: ServicePorts): KeyUsage {
  return {
    async guard(address) {
      try {
        await countQuestion(ports.attempts, address);
        return null;
      } catch (thrown) {
        return denialOf(thrown);
      }
    },
    async read({ keyId, range, address }) {
      const parsed = usageRange.safeParse(range ?? '24h');
      if (!parsed.success) return { denied: 'bad_request', facts: { problem: 'range: use 24h, 7d or 30d.' } };
      try {
        await rightKey(ports.attempts, address);
        const asked = { by: { id: keyId }, ip: address, nowMs: ports.clock.nowMs() };
        return await readKeyUsage(ports, await findKeyInForce(ports.db, asked), parsed.data);
      } catch (thrown) {
        return denialOf(thrown);
      }
    },
  };
}

/** @throws what is no refusal. */
function denialOf(thrown: unknown): Denial {
  if (!(thrown instanceof AppError)) throw thrown;
  if (isKnown(thrown.code)) return { denied: thrown.code };
  const seconds = thrown.details?.retryAfter;
  if (thrown.code !== 'too_many_requests' || typeof seconds !== 'number') throw thrown;
  const facts = {
    limit: 'usage questions',
    scope: 'address',
    max: '30 wrong keys or 1800 questions in 15 minutes',
  };
  return { denied: 'limit_reached', retryAfterMs: seconds * SECOND_MS, facts };
}
