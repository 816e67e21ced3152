// Usage of the relay key in the address, for whoever has the key. The key itself goes nowhere from here.
import type { getKeyUsage as contract } from '@api-proxy/contracts/usage';
import { Secret } from '@api-proxy/kit/secret';
import type { Verb } from '../verb.ts';
import { findKeyInForce } from './find-key-in-force.ts';
import { countQuestion, rightKey } from './limit-guessing.ts';
import { readKeyUsage } from './read-key-usage.ts';

export const getKeyUsage: Verb<typeof contract> = async (context, { params, query }) => {
  const { db, clock, attempts, keyHasher, callerIp } = context;
  await countQuestion(attempts, callerIp);
  const secret = new Secret(params.key);
  const by = { hash: keyHasher(secret.reveal()) };
  const holder = await findKeyInForce(db, { by, ip: callerIp, nowMs: clock.nowMs() });
  await rightKey(attempts, callerIp);
  return readKeyUsage(context, holder, query.range);
};
