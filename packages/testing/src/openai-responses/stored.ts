// Stored responses: kept in memory, newest thousand, for GET, DELETE, cancel and input_items.
import type { Identity } from '../identity.ts';
import { type JsonRecord, listAt, textAt } from '../json-value.ts';
import type { Turn } from '../wire.ts';
import { answer, finishedAnswer } from './answer.ts';

const MAX_STORED = 1_000;
const MAX_STORED_BODY = 1_000_000;

interface Entry {
  readonly turn: Turn;
  /** The same ids again, from the start. */
  readonly freshIdentity: () => Identity;
  state: 'queued' | 'over' | 'cancelled';
}

export interface StoredResponses {
  readonly save: (turn: Turn, freshIdentity: () => Identity, bodyBytes: number) => void;
  readonly has: (id: string) => boolean;
  /** The response as it is now; null when unknown. A queued one is finished by being read. */
  readonly read: (id: string) => JsonRecord | null;
  readonly remove: (id: string) => boolean;
  /** Cancels background work; `not-background` for a response that ran in the foreground. */
  readonly cancel: (id: string) => JsonRecord | 'not-background' | null;
  readonly inputItems: (id: string) => JsonRecord | null;
  readonly clear: () => void;
}

function inputItemsOf(entry: Entry): JsonRecord {
  const { body } = entry.turn.request;
  const identity = entry.freshIdentity();
  const given =
    typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : listAt(body, 'input');
  const data = given.map((item) => {
    const fields = typeof item === 'object' && item !== null ? item : {};
    const content = 'content' in fields ? fields.content : undefined;
    const parts = typeof content === 'string' ? { content: [{ type: 'input_text', text: content }] } : {};
    return { id: identity.next('msg_in', 46), type: 'message', status: 'completed', ...fields, ...parts };
  });
  const ids = data.map((item) => item.id);
  return { object: 'list', data, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null, has_more: false };
}

export function storedResponses(): StoredResponses {
  const entries = new Map<string, Entry>();
  const current = (entry: Entry): JsonRecord => {
    const turn = { ...entry.turn, identity: entry.freshIdentity() };
    if (entry.state === 'over') return finishedAnswer(turn);
    return { ...answer(turn), status: entry.state };
  };
  return {
    save(turn, freshIdentity, bodyBytes) {
      if (turn.request.body.store === false || bodyBytes > MAX_STORED_BODY) return;
      const id = freshIdentity().next('resp_', 48);
      entries.set(id, {
        turn,
        freshIdentity,
        state: turn.request.body.background === true ? 'queued' : 'over',
      });
      const oldest = entries.keys().next().value;
      if (entries.size > MAX_STORED && oldest !== undefined) entries.delete(oldest);
    },
    has: (id) => entries.has(id),
    read(id) {
      const entry = entries.get(id);
      if (entry === undefined) return null;
      if (entry.state === 'queued') entry.state = 'over';
      return current(entry);
    },
    remove: (id) => entries.delete(id),
    cancel(id) {
      const entry = entries.get(id);
      if (entry === undefined) return null;
      if (entry.turn.request.body.background !== true) return 'not-background';
      if (entry.state === 'queued') entry.state = 'cancelled';
      return current(entry);
    },
    inputItems(id) {
      const entry = entries.get(id);
      return entry === undefined ? null : inputItemsOf(entry);
    },
    clear: () => entries.clear(),
  };
}

/** The id of a chain a request builds on, or null. */
export function previousResponseId(body: JsonRecord): string | null {
  return textAt(body, 'previous_response_id');
}
