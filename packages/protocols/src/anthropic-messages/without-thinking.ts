// A Messages request without the thinking of earlier turns, for an upstream that refuses its signatures.
import { isRecord, type JsonRecord, parseJson } from '../json.ts';
import { splice } from '../splice.ts';

/**
 * Removes thinking blocks from all turns of the assistant; every other byte outside `messages` stays as it is. Inside
 * a tool's turn, where the API wants thinking to come first once it is enabled, it is disabled for this request.
 * @returns null when the body holds no such block.
 */
export function withoutThinking(body: Buffer): Buffer | null {
  const request = parseJson(body.toString());
  const messages = isRecord(request) ? request.messages : undefined;
  if (!isRecord(request) || !Array.isArray(messages)) return null;
  let removed = false;
  const kept = messages.flatMap((message: unknown) => {
    const plain = plainTurn(message);
    if (plain === message) return [message];
    removed = true;
    return plain === null ? [] : [plain];
  });
  if (!removed) return null;
  const edits: Record<string, string> = { messages: JSON.stringify(kept) };
  if (request.thinking !== undefined && answersTool(messages.at(-1))) edits.thinking = '{"type":"disabled"}';
  return splice(body, edits);
}

/** The turn without thinking; null when nothing else was in it; the same object when there was none. */
function plainTurn(message: unknown): unknown {
  if (!isRecord(message) || message.role !== 'assistant' || !Array.isArray(message.content)) return message;
  const content = message.content.filter((block: unknown) => !isThinking(block));
  if (content.length === message.content.length) return message;
  return content.length === 0 ? null : { ...message, content };
}

function isThinking(block: unknown): block is JsonRecord {
  return isRecord(block) && (block.type === 'thinking' || block.type === 'redacted_thinking');
}

function answersTool(message: unknown): boolean {
  if (!isRecord(message) || !Array.isArray(message.content)) return false;
  return message.content.some((block: unknown) => isRecord(block) && block.type === 'tool_result');
}
