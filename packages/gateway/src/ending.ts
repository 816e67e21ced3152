// How an exchange ends: what is booked, and the last bytes, which leave only after it was written down.
import { NO_USAGE, type Usage } from '@api-proxy/protocols/usage';
import { DENIAL_STATUS, type Denial, describeDenial } from './denial.ts';
import type { Exchange } from './exchange.ts';
import type { Outcome } from './exchange-record.ts';
import { budgetHeaders, comeBackHeaders, sendFault } from './reply.ts';

export type Ending = {
  /** Sent to the client; 499 when it left before an answer began. */
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly usage: Usage;
  readonly firstByteMs: number | null;
  /** Sends what is left to send. Never throws. */
  finish(): void;
};

/** The ending of a refused request. */
export function refuse(exchange: Exchange, denial: Denial): Ending {
  const status = DENIAL_STATUS[denial.denied];
  const param = denial.facts?.param;
  const fault = {
    status,
    code: denial.denied,
    message: describeDenial(denial),
    param: typeof param === 'string' ? param : null,
    requestId: exchange.requestId,
  };
  return {
    status,
    outcome: outcomeOf(status),
    errorCode: denial.denied,
    errorText: fault.message,
    usage: NO_USAGE,
    firstByteMs: null,
    finish: () =>
      sendFault(exchange, fault, [
        ...comeBackHeaders(exchange, status, denial.retryAfterMs ?? null),
        ...budgetHeaders(denial),
      ]),
  };
}

function outcomeOf(status: number): Outcome {
  switch (status) {
    case 400:
    case 404:
    case 405:
    case 413:
    case 415:
      return 'client_error';
    case 500:
      return 'interrupted';
    default:
      return 'denied';
  }
}

/** Of requests that the relay's own stop cut short; also in the rows that a journal's replay writes. */
export const RELAY_STOPPED = 'relay_stopped';
const BACK_AFTER_MS = 1_000;

/** The ending of a request that stopped before an answer began: its client left, or the relay could not wait. */
export function stopped(exchange: Exchange): Ending {
  if (!exchange.interrupted) return CLIENT_LEFT;
  const refusal = refuse(exchange, { denied: 'draining', retryAfterMs: BACK_AFTER_MS });
  return { ...refusal, outcome: 'interrupted', errorCode: RELAY_STOPPED };
}

const CLIENT_LEFT: Ending = {
  status: 499,
  outcome: 'client_closed',
  errorCode: 'client_closed',
  errorText: null,
  usage: NO_USAGE,
  firstByteMs: null,
  finish: () => {},
};
