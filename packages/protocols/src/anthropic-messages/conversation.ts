// The turns of a Messages request and the thinking in them, by where they stand in its bytes.
import { fieldsIn, itemsIn, textIn } from '../json-items.ts';
import { type Span, scanTopLevel } from '../json-scan.ts';
import { thinkingAt } from './thinking.ts';

const OF_REQUEST: ReadonlySet<string> = new Set(['messages', 'thinking']);
const OF_MESSAGE: ReadonlySet<string> = new Set(['role', 'content']);
const OF_BLOCK: ReadonlySet<string> = new Set(['type']);

export type Turn = {
  readonly span: Span;
  readonly role: string | null;
  readonly content: Span | undefined;
  /** Of the assistant: its blocks; none where its content is a text. Others' are the bulk of a request, and hold no thinking. */
  readonly blocks: readonly Span[];
};

/** A block of thinking in a turn of the assistant. */
export type Thought = {
  readonly turn: Turn;
  readonly span: Span;
  /** Of redacted thinking its data; null: it has none. */
  readonly signature: string | null;
};

export type Conversation = {
  readonly body: Buffer;
  readonly turns: readonly Turn[];
  readonly thoughts: readonly Thought[];
  /** Whether the request says anything about thinking. */
  readonly asksThinking: boolean;
};

/** @returns null when the body is no Messages request. */
export function readConversation(body: Buffer): Conversation | null {
  const fields = scanTopLevel(body, OF_REQUEST)?.fields;
  const list = fields?.get('messages');
  const messages = list ? itemsIn(body, list) : null;
  if (!fields || !messages) return null;
  const turns = messages.map((message) => turnAt(body, message));
  const thoughts = turns.flatMap((turn) => thoughtsIn(body, turn));
  return { body, turns, thoughts, asksThinking: fields.has('thinking') };
}

function turnAt(body: Buffer, span: Span): Turn {
  const fields = fieldsIn(body, span, OF_MESSAGE);
  const role = textIn(body, fields.get('role'));
  const content = fields.get('content');
  return { span, role, content, blocks: role === 'assistant' ? blocksIn(body, content) : [] };
}

function blocksIn(body: Buffer, content: Span | undefined): readonly Span[] {
  return (content && itemsIn(body, content)) ?? [];
}

function thoughtsIn(body: Buffer, turn: Turn): Thought[] {
  return turn.blocks.flatMap((span) => {
    const thinking = thinkingAt(body, span);
    return thinking ? [{ turn, span, signature: thinking.signature }] : [];
  });
}

/** The turns since the user last said something, when the last one answers a tool; else none. */
export function toolTurns({ body, turns }: Conversation): readonly Turn[] {
  const answersTool = (turn: Turn | undefined) =>
    blocksIn(body, turn?.content).some((block) => typeAt(body, block) === 'tool_result');
  if (!answersTool(turns.at(-1))) return [];
  const said = turns.findLastIndex((turn) => turn.role === 'user' && !answersTool(turn));
  return turns.slice(said + 1);
}

function typeAt(body: Buffer, block: Span): string | null {
  return textIn(body, fieldsIn(body, block, OF_BLOCK).get('type'));
}
