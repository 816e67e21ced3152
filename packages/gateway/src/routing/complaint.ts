// What a failed attempt says about the credential itself, beyond a pause: pure.
import type { KeyComplaint } from '../ports.ts';
import type { Signal } from './classify.ts';
import type { Verdict } from './verdicts.ts';

/**
 * Only what the failure table takes for the credential, by a status that vendors mean it with: a client must not be able
 * to bring it about for good.
 * @returns null when nothing outlasts the pause that the failure table gives.
 */
export function complaintOf(signal: Signal, verdict: Verdict): KeyComplaint['kind'] | null {
  switch (verdict.lesson) {
    case 'key_rejected':
      return signal.kind === 'status' && (signal.status === 401 || signal.status === 403) ? 'rejected' : null;
    case 'quota_exhausted':
      return 'exhausted';
    default:
      return null;
  }
}
