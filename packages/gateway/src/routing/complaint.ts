// What a failed attempt says about the credential itself, beyond a pause: pure.
import type { KeyComplaint } from '../ports.ts';
import type { Signal, Verdict } from './classify.ts';

/** What vendors put into `type` or `code` when they mean the credential. Never read from the text, which quotes clients. */
const CREDENTIAL =
  /^(authentication_error|permission_error|invalid_api_key|invalid_authentication|account_deactivated|access_terminated)$/;

/**
 * A 401 is about the credential. A 403 may as well be about what was asked (a filter in front of the upstream, a region,
 * a model), and a client must not be able to bring it about for good: it counts only where its type or code says so.
 * @returns null when nothing outlasts the pause that the failure table gives.
 */
export function complaintOf(signal: Signal, verdict: Verdict): KeyComplaint['kind'] | null {
  switch (verdict.lesson) {
    case 'key_rejected':
      return meansCredential(signal) ? 'rejected' : null;
    case 'quota_exhausted':
      return 'exhausted';
    default:
      return null;
  }
}

function meansCredential(signal: Signal): boolean {
  if (signal.kind !== 'status') return false;
  if (signal.status === 401) return true;
  return [signal.type, signal.code].some((word) => word !== null && CREDENTIAL.test(word));
}
