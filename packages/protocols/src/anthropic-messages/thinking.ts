// Blocks of thinking, and what tells one from all others: its signature, or its data where it is redacted.
import { isRecord, type JsonRecord, parseJson, recordAt, textAt } from '../json.ts';
import { fieldsIn, itemsIn, textIn } from '../json-items.ts';
import { type Span, scanTopLevel } from '../json-scan.ts';
import { eventData, nextEventEnd } from '../sse.ts';

const NONE: readonly string[] = [];
const CONTENT: ReadonlySet<string> = new Set(['content']);
const OF_BLOCK: ReadonlySet<string> = new Set(['type', 'signature', 'data']);
/** The end of `"thinking"`, which every JSON answer that holds some has: texts are searched fastest for what begins with a rare letter. */
const IN_BODY = Buffer.from('king"');
/** The end of `"signature"`, or the other, stands in every event that brings one; inside a text the quote would be escaped. */
const IN_EVENT = [Buffer.from('gnature"'), Buffer.from('redacted_thinking')];

/** Whether the block that stands there is thinking, and its signature, where it has one. */
export function thinkingAt(bytes: Buffer, block: Span): { readonly signature: string | null } | null {
  const fields = fieldsIn(bytes, block, OF_BLOCK);
  switch (textIn(bytes, fields.get('type'))) {
    case 'thinking':
      return { signature: textIn(bytes, fields.get('signature')) || null };
    case 'redacted_thinking':
      return { signature: textIn(bytes, fields.get('data')) || null };
    default:
      return null;
  }
}

/**
 * The signatures of the thinking in an answer; an answer without thinking is not parsed.
 * @param answer a run of whole events of a stream, or a whole JSON body
 */
export function signaturesIn(answer: Buffer, stream: boolean): readonly string[] {
  return stream ? inEvents(answer) : inBody(answer);
}

function inBody(body: Buffer): readonly string[] {
  if (!body.includes(IN_BODY)) return NONE;
  const content = scanTopLevel(body, CONTENT)?.fields.get('content');
  const blocks = content ? itemsIn(body, content) : null;
  return (blocks ?? []).flatMap((block) => thinkingAt(body, block)?.signature ?? []);
}

function inEvents(events: Buffer): readonly string[] {
  if (!mayHold(events)) return NONE;
  const found: string[] = [];
  for (let at = 0; at < events.length; ) {
    const end = nextEventEnd(events, at);
    const event = events.subarray(at, end);
    const signature = mayHold(event) ? signatureOf(parseJson(eventData(event))) : null;
    if (signature) found.push(signature);
    at = end;
  }
  return found;
}

function mayHold(events: Buffer): boolean {
  for (const word of IN_EVENT) if (events.includes(word)) return true;
  return false;
}

/** Redacted thinking comes with the start of its block, a signature as a block's last delta; some servers send it with the start. */
function signatureOf(event: unknown): string | null {
  if (!isRecord(event)) return null;
  switch (event.type) {
    case 'content_block_delta':
      return textAt(recordAt(event, 'delta'), 'signature');
    case 'content_block_start':
      return signatureOfBlock(recordAt(event, 'content_block'));
    default:
      return null;
  }
}

function signatureOfBlock(block: JsonRecord | undefined): string | null {
  return textAt(block, block?.type === 'redacted_thinking' ? 'data' : 'signature');
}
