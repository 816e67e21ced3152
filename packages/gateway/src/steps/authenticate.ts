// Step: who calls. Finds the caller by the hash of the credential and checks that the key is in force.
import type { IncomingHttpHeaders } from 'node:http';
import type { Denial } from '../denial.ts';
import type { Caller, CallerSource, HashCredential, Maybe } from '../ports.ts';

export type AuthenticateDeps = {
  readonly callers: CallerSource;
  readonly hashCredential: HashCredential;
};

export type AuthenticateInput = {
  readonly headers: IncomingHttpHeaders;
  readonly nowMs: number;
};

/** @returns the caller, or 401. What the caller may do is the next steps' matter, so that its refusals are logged. */
export function authenticate(input: AuthenticateInput, deps: AuthenticateDeps): Maybe<Caller | Denial> {
  const credential = credentialIn(input.headers);
  if (credential === null) return { denied: 'key_missing' };
  const found = deps.callers.find(deps.hashCredential(credential));
  const check = (caller: Caller | null) => inForce(caller, input.nowMs);
  return found instanceof Promise ? found.then(check) : check(found);
}

function inForce(caller: Caller | null, nowMs: number): Caller | Denial {
  if (!caller) return { denied: 'key_unknown' };
  const { key } = caller;
  if (key.status !== 'active') return { denied: 'key_disabled' };
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return { denied: 'key_expired' };
  return caller;
}

/** The key from `Authorization: Bearer …` or `x-api-key`, null when neither is there. */
export function credentialIn(headers: IncomingHttpHeaders): string | null {
  const bearer = headers.authorization;
  if (bearer !== undefined && /^bearer /i.test(bearer)) return bearer.slice(7).trim() || null;
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}
