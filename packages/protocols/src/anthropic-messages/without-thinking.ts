// A Messages request without thinking of earlier turns, for an upstream that refuses its signatures.
import type { Span } from '../json-scan.ts';
import { splice } from '../splice.ts';
import { type Conversation, type Thought, toolTurns } from './conversation.ts';

/**
 * Cuts thinking out of the turns of the assistant, but for the blocks in `stay`; every other byte stays as it is. A turn
 * of which nothing is left goes as a whole. Inside a tool's turn, where the API wants thinking to come first once it is
 * enabled, it is disabled for this request, unless some of that turn's thinking stays.
 * @returns null when there is nothing to cut
 */
export function withoutThinking(conversation: Conversation, stay: ReadonlySet<Thought>): Buffer | null {
  const { body, turns, thoughts } = conversation;
  const gone = new Set(thoughts.filter((thought) => !stay.has(thought)).map(({ span }) => span));
  if (gone.size === 0) return null;
  const isGone = (block: Span) => gone.has(block);
  const emptied = new Set(
    turns.filter(({ blocks }) => blocks.length > 0 && blocks.every(isGone)).map(({ span }) => span),
  );
  const cuts = cutsFor(
    turns.map(({ span }) => span),
    (turn) => emptied.has(turn),
  );
  for (const { span, blocks } of turns) if (!emptied.has(span)) cuts.push(...cutsFor(blocks, isGone));
  const kept = cut(body, cuts);
  return mustDisable(conversation, stay) ? splice(kept, { thinking: '{"type":"disabled"}' }) : kept;
}

function mustDisable(conversation: Conversation, stay: ReadonlySet<Thought>): boolean {
  const ofTools = conversation.asksThinking ? toolTurns(conversation) : [];
  return ofTools.length > 0 && ![...stay].some(({ turn }) => ofTools.includes(turn));
}

/** What to cut from a list so that some items are gone: each with the comma and the white space up to the next item, or from the one before. */
function cutsFor(items: readonly Span[], isGone: (item: Span) => boolean): Span[] {
  const cuts: Span[] = [];
  const lastKept = items.findLastIndex((item) => !isGone(item));
  for (const [at, item] of items.entries()) {
    const next = items[at + 1];
    if (at < lastKept && next && isGone(item)) cuts.push({ start: item.start, end: next.start });
  }
  const rest = items[lastKept + 1];
  const last = items.at(-1);
  if (rest && last) cuts.push({ start: items[lastKept]?.end ?? rest.start, end: last.end });
  return cuts;
}

function cut(body: Buffer, cuts: readonly Span[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end } of cuts.toSorted((a, b) => a.start - b.start)) {
    parts.push(body.subarray(from, start));
    from = end;
  }
  parts.push(body.subarray(from));
  return Buffer.concat(parts);
}
