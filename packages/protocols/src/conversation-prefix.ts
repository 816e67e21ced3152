// How a conversation begins, whatever its dialect: the system text and the first message of the user, as bytes.
import { type Span, skipNested } from './json-scan.ts';

const SYSTEM: readonly string[] = ['system', 'instructions'];
const TURNS: readonly string[] = ['messages', 'input'];
/** The top-level fields of a request that have its conversation. */
export const CONVERSATION_FIELDS: ReadonlySet<string> = new Set([...SYSTEM, ...TURNS]);
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const USER = /"role"\s*:\s*"user"/;
/** System and developer messages may come before the user's first. */
const MOST_MESSAGES = 4;
/** The role of a message is looked for this far from its start and its end. */
const ROLE_WITHIN = 512;

export type ConversationPrefix = {
  /** In order, each as it is written. */
  readonly parts: readonly Buffer[];
  /** Nothing follows: the conversation begins with this request. */
  readonly isAll: boolean;
};

/**
 * Null when the body has no beginning or is not plainly written.
 * @param fields where its {@link CONVERSATION_FIELDS} stand in `body`
 */
export function conversationPrefix(
  body: Buffer,
  fields: ReadonlyMap<string, Span>,
): ConversationPrefix | null {
  const parts: Buffer[] = [];
  for (const name of SYSTEM) {
    const span = fields.get(name);
    if (span) parts.push(body.subarray(span.start, span.end));
  }
  const turns = TURNS.map((name) => fields.get(name)).find((span) => span !== undefined);
  const first = turns ? firstTurns(body, turns) : null;
  return first && first.parts.length > 0 ? { ...first, parts: [...parts, ...first.parts] } : null;
}

/** The messages up to and including the first of the user; a bare text is that message. */
function firstTurns(body: Buffer, { start, end }: Span): ConversationPrefix {
  if (body[start] !== OPEN_BRACKET) return { parts: [body.subarray(start, end)], isAll: true };
  const parts: Buffer[] = [];
  let at = body.indexOf(OPEN_BRACE, start);
  while (at !== -1 && at < end && parts.length < MOST_MESSAGES) {
    const after = skipNested(body, at);
    if (after === -1) break;
    const turn = body.subarray(at, after);
    parts.push(turn);
    at = body.indexOf(OPEN_BRACE, after);
    if (isOfUser(turn)) return { parts, isAll: at === -1 || at >= end };
  }
  return { parts, isAll: false };
}

function isOfUser(turn: Buffer): boolean {
  const start = turn.toString('latin1', 0, ROLE_WITHIN);
  return USER.test(start) || USER.test(turn.subarray(-ROLE_WITHIN).toString('latin1'));
}
