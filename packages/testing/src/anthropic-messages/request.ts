// Reads a Messages request: the required fields, cache marks, tools on offer, and what the answer depends on.
import type { IncomingHttpHeaders } from 'node:http';
import type { Fault } from '../fault.ts';
import { isRecord, type JsonRecord, listAt, numberAt, recordAt, recordsAt, textAt } from '../json-value.ts';
import type { FakeRequest, ToolOffer } from '../plan.ts';
import { contentBytes } from '../tokens.ts';
import type { Parsed } from '../wire.ts';

/** The first missing or malformed field, as the provider reports it; `asked` lists the required ones. */
export function missingField(
  body: JsonRecord,
  headers: IncomingHttpHeaders,
  asked: readonly string[],
): Fault | null {
  if (headers['anthropic-version'] === undefined)
    return { kind: 'invalid', message: 'anthropic-version: header is required' };
  for (const field of asked) {
    if (body[field] === undefined) return { kind: 'missing-field', param: field };
  }
  if (textAt(body, 'model') === null)
    return { kind: 'invalid', param: 'model', message: 'Input should be a valid string' };
  if (!Array.isArray(body.messages))
    return { kind: 'invalid', param: 'messages', message: 'Input should be a valid list' };
  if (body.messages.length === 0)
    return { kind: 'invalid', param: 'messages', message: 'at least one message is required' };
  return messageProblem(body.messages);
}

function messageProblem(messages: readonly unknown[]): Fault | null {
  for (const [index, message] of messages.entries()) {
    const role = isRecord(message) ? message.role : null;
    if (role !== 'user' && role !== 'assistant' && role !== 'system')
      return {
        kind: 'invalid',
        param: `messages.${index}.role`,
        message: "Input should be 'user' or 'assistant'",
      };
  }
  return null;
}

/** Every piece of the prompt in cache order: tools, system, messages. */
function promptBlocks(body: JsonRecord): readonly unknown[] {
  const blocks: unknown[] = [...listAt(body, 'tools'), ...listAt(body, 'system')];
  if (typeof body.system === 'string') blocks.push(body.system);
  for (const message of recordsAt(body, 'messages')) {
    if (typeof message.content === 'string') blocks.push(message.content);
    else blocks.push(...listAt(message, 'content'));
  }
  return blocks;
}

export interface PromptSize {
  readonly promptBytes: number;
  readonly cache5mBytes: number;
  readonly cache1hBytes: number;
}

/** Content bytes: up to the last 1 h mark, from there to the last 5 m mark, and the rest. */
export function promptSize(body: JsonRecord): PromptSize {
  let total = 0;
  let upTo1h = 0;
  let upTo5m = 0;
  for (const block of promptBlocks(body)) {
    total += contentBytes(block);
    const mark = isRecord(block) ? recordAt(block, 'cache_control') : null;
    if (mark === null) continue;
    if (mark.ttl === '1h') upTo1h = total;
    else upTo5m = total;
  }
  const cached = Math.max(upTo1h, upTo5m);
  return { promptBytes: total - cached, cache5mBytes: cached - upTo1h, cache1hBytes: upTo1h };
}

function lastTextOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  for (const block of content.toReversed()) {
    if (isRecord(block) && block.type === 'text') return textAt(block, 'text') ?? '';
  }
  return '';
}

function hasToolResult(content: unknown): boolean {
  return Array.isArray(content) && content.some((block) => isRecord(block) && block.type === 'tool_result');
}

function offeredTools(body: JsonRecord): readonly ToolOffer[] {
  const choice = recordAt(body, 'tool_choice') ?? {};
  if (choice.type === 'none') return [];
  const tools = recordsAt(body, 'tools').flatMap((tool) => {
    const name = textAt(tool, 'name');
    const isClientTool = tool.type === undefined || tool.type === 'custom';
    return name === null || !isClientTool ? [] : [{ name, schema: tool.input_schema }];
  });
  return choice.type === 'tool' ? tools.filter((tool) => tool.name === choice.name) : tools;
}

function wantedSchema(body: JsonRecord): unknown {
  const format = recordAt(recordAt(body, 'output_config') ?? {}, 'format') ?? recordAt(body, 'output_format');
  return format?.schema ?? null;
}

export function parse(body: JsonRecord, headers: IncomingHttpHeaders): Parsed {
  const fault = missingField(body, headers, ['model', 'messages', 'max_tokens']);
  if (fault !== null) return { ok: false, fault };
  const last = recordsAt(body, 'messages').at(-1) ?? {};
  const thinking = recordAt(body, 'thinking')?.type;
  const request: FakeRequest = {
    protocol: 'anthropic-messages',
    model: textAt(body, 'model') ?? '',
    stream: body.stream === true,
    includeUsage: true,
    lastText: lastTextOf(last.content),
    ...promptSize(body),
    tools: offeredTools(body),
    afterToolResult: hasToolResult(last.content),
    maxTokens: numberAt(body, 'max_tokens'),
    stopSequences: listAt(body, 'stop_sequences').filter((item) => typeof item === 'string'),
    thinking: thinking === 'enabled' || thinking === 'adaptive' ? 'shown' : 'none',
    schema: wantedSchema(body),
    body,
  };
  return { ok: true, request };
}
