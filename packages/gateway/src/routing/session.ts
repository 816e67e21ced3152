// What ties the requests of one conversation together: what the client says, else how the conversation begins.
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { seededRandom } from '@api-proxy/kit/random';
import { conversationPrefix } from '@api-proxy/protocols/conversation-prefix';
import type { Call } from '../call.ts';

/** Headers that agents and SDKs send with every request of a session, most specific first. */
const SESSION_HEADERS = [
  'x-session-id',
  'session_id',
  'session-id',
  'x-claude-code-session-id',
  'x-session-affinity',
];
/** As much of a conversation's beginning as tells it from others. */
const PREFIX_BYTES = 16 * 1024;
/** Of the name, which is a hash. */
const SEED_CHARACTERS = 8;

export type SessionOf = {
  readonly userId: string;
  readonly headers: IncomingHttpHeaders;
  readonly call: Call;
};

/** What ties a request to others: the response it continues, or its conversation. */
export type Session = {
  readonly kind: 'response' | 'conversation';
  /** Scoped to its user and model: a hash, so that nothing a client wrote is kept. */
  readonly name: string;
  /** It is named by how it begins, and this request is no more than that: whoever had it before had the same request. */
  readonly begins: boolean;
};

/** The name under which the channel key that made a response is remembered; another user's doesn't meet it. */
export function responseName(userId: string, responseId: string): string {
  return hash('sha256', `response\n${userId}\n${responseId}`, 'base64url');
}

/** Null when nothing tells which conversation it is. */
export function sessionOf({ userId, headers, call }: SessionOf): Session | null {
  const header = saidIn(headers);
  if (header === null && call.chain?.previousId)
    return { kind: 'response', name: responseName(userId, call.chain.previousId), begins: false };
  const said = header ?? call.sessionHint;
  const scope = `${userId}\n${call.model}\n`;
  if (said !== null)
    return { kind: 'conversation', name: hash('sha256', scope + said, 'base64url'), begins: false };
  const prefix = call.layout ? conversationPrefix(call.body, call.layout.fields) : null;
  if (prefix === null) return null;
  const lengths = prefix.parts.map((part) => `\n${part.length}`).join('');
  const texts = prefix.parts.map((part) => part.subarray(0, PREFIX_BYTES));
  const name = hash('sha256', Buffer.concat([Buffer.from(scope + lengths), ...texts]), 'base64url');
  return { kind: 'conversation', name, begins: prefix.isAll };
}

/** Draws that every worker makes alike for this session, each as likely as by chance. */
export function drawsOf({ name }: Pick<Session, 'name'>): () => number {
  let seed = 0;
  for (let at = 0; at < SEED_CHARACTERS; at++) seed = Math.imul(seed, 31) + name.charCodeAt(at);
  return seededRandom(seed);
}

function saidIn(headers: IncomingHttpHeaders): string | null {
  for (const name of SESSION_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
