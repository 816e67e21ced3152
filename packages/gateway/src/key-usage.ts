// `GET /v1/usage`: what the key in the header used, and what is left of its limits.
import { type Denial, isDenial } from './denial.ts';
import type { Exchange } from './exchange.ts';
import { ownHeaders } from './headers.ts';
import type { KeyUsage } from './ports.ts';
import { sendJson } from './reply.ts';
import { type AuthenticateDeps, authenticate } from './steps/authenticate.ts';

export type KeyUsageDeps = AuthenticateDeps & { readonly keyUsage: KeyUsage };

/** Answers, or gives 400 / 401 / 403 / 429. @throws when the numbers can't be read. */
export async function answerKeyUsage(exchange: Exchange, deps: KeyUsageDeps): Promise<Denial | null> {
  const { req, res, search, startedAtMs, clientIp: address } = exchange;
  const refused = await deps.keyUsage.guard(address);
  if (refused) return refused;
  const caller = await authenticate({ headers: req.headers, nowMs: startedAtMs }, deps);
  if (isDenial(caller)) return caller;
  const range = new URLSearchParams(search).get('range');
  const answer = await deps.keyUsage.read({ keyId: caller.key.id, range, address });
  if (isDenial(answer)) return answer;
  const headers = [...ownHeaders(exchange), 'cache-control', 'no-store'];
  sendJson(res, { status: 200, body: JSON.stringify(answer), headers });
  return null;
}
