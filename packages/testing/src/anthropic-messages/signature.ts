// Thinking signatures: the same thinking always has the same one, so an altered block can be told.
import { opaqueText } from '../identity.ts';
import { type JsonRecord, recordsAt, textAt } from '../json-value.ts';

const LENGTH = 180;

export function signatureOf(thinking: string): string {
  return opaqueText(`thinking/${thinking}`, LENGTH);
}

/** Where the first thinking block with a foreign or altered signature is (`messages.1.content.0`), or null. */
export function alteredThinking(body: JsonRecord): string | null {
  for (const [index, message] of recordsAt(body, 'messages').entries()) {
    for (const [at, block] of recordsAt(message, 'content').entries()) {
      if (block.type !== 'thinking') continue;
      if (textAt(block, 'signature') !== signatureOf(textAt(block, 'thinking') ?? ''))
        return `messages.${index}.content.${at}`;
    }
  }
  return null;
}
