// Admission that is written down: whoever holds money is in the journal when the turn ends, before anything of an answer came.
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { Admit, Admitted, HoldRequest } from '../purse/admit.ts';
import { AWAY } from '../purse/verdict.ts';
import type { Journal } from './journal.ts';

/** Denies with `settlement_unavailable` while the journal is full or can't be written. */
export function journalledAdmit(admit: Admit, journal: Journal, logger: Logger): Admit {
  const refused = (answer: Admitted): Admitted => {
    if ('denied' in answer) return answer;
    answer.release();
    return AWAY;
  };
  const opened = (request: HoldRequest, answer: Admitted): Admitted => {
    if ('denied' in answer) return answer;
    try {
      journal.open(openingOf(request));
    } catch (error) {
      logger.error({ requestId: request.requestId, error: messageOf(error) }, 'not admitted: no journal');
      return refused(answer);
    }
    return {
      ...answer,
      release: () => {
        answer.release();
        journal.release(request.requestId);
      },
    };
  };
  return (request) => {
    if (journal.full()) return AWAY;
    const answer = admit(request);
    // The disk may have failed while the database was asked.
    return answer instanceof Promise
      ? answer.then((settled) => (journal.full() ? refused(settled) : opened(request, settled)))
      : opened(request, answer);
  };
}

function openingOf({ requestId, userId, keyId, upperBoundNanoUsd, nowMs, about }: HoldRequest) {
  const { protocolIn = '', operation = '', modelAsked = '', stream = false } = about ?? {};
  return {
    ...{ requestId, userId, keyId, upperBoundNanoUsd, startedAtMs: nowMs },
    ...{ protocolIn, operation, modelAsked, stream },
  };
}
