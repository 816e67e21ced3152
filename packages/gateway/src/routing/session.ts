// What ties the requests of one conversation together: what the client says, else how the conversation begins.
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
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

export type SessionOf = {
  readonly userId: string;
  readonly headers: IncomingHttpHeaders;
  readonly call: Call;
};

/** The name under which the channel key that made a response is remembered; another user's doesn't meet it. */
export function responseName(userId: string, responseId: string): string {
  return hash('sha256', `response\n${userId}\n${responseId}`, 'base64url');
}

/**
 * The name of the conversation, scoped to its user and model: a hash, so that nothing a client wrote is kept.
 * Null when nothing tells.
 */
export function sessionName({ userId, headers, call }: SessionOf): string | null {
  const header = saidIn(headers);
  if (header === null && call.chain?.previousId) return responseName(userId, call.chain.previousId);
  const said = header ?? call.sessionHint;
  const scope = `${userId}\n${call.model}\n`;
  if (said !== null) return hash('sha256', scope + said, 'base64url');
  const parts = conversationPrefix(call.body);
  if (parts.length === 0) return null;
  const lengths = parts.map((part) => `\n${part.length}`).join('');
  const texts = parts.map((part) => part.subarray(0, PREFIX_BYTES));
  return hash('sha256', Buffer.concat([Buffer.from(scope + lengths), ...texts]), 'base64url');
}

function saidIn(headers: IncomingHttpHeaders): string | null {
  for (const name of SESSION_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
