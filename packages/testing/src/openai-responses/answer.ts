// A whole Response as JSON.
import type { JsonRecord } from '../json-value.ts';
import type { Turn } from '../wire.ts';
import { envelope } from './envelope.ts';
import { doneItem, itemsOf } from './items.ts';

/** The finished response, also when the request asked for background work. */
export function finishedAnswer(turn: Turn): JsonRecord {
  const id = turn.identity.next('resp_', 48);
  const output = itemsOf(turn).map(doneItem);
  const status = turn.plan.stop === 'length' ? 'incomplete' : 'completed';
  return envelope(turn, { id, status, output, error: null });
}

/** What `POST /v1/responses` answers: a background request gets a queued response without output. */
export function answer(turn: Turn): JsonRecord {
  if (turn.request.body.background !== true) return finishedAnswer(turn);
  const id = turn.identity.next('resp_', 48);
  return envelope(turn, { id, status: 'queued', output: [], error: null });
}
