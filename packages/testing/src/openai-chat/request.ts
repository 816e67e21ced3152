// Reads a Chat Completions request: the required fields, tools on offer, and what the answer depends on.
import type { Fault } from '../fault.ts';
import { isRecord, type JsonRecord, listAt, numberAt, recordAt, recordsAt, textAt } from '../json-value.ts';
import type { FakeRequest, ToolOffer } from '../plan.ts';
import { contentBytes } from '../tokens.ts';
import type { Parsed } from '../wire.ts';

function problemOf(body: JsonRecord): Fault | null {
  if (textAt(body, 'model') === null)
    return { kind: 'invalid', message: 'you must provide a model parameter' };
  if (body.messages === undefined) return { kind: 'missing-field', param: 'messages' };
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    const message =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    return { kind: 'invalid', param: 'messages', message };
  }
  for (const [index, item] of body.messages.entries()) {
    if (isRecord(item) && typeof item.role === 'string') continue;
    return { kind: 'missing-field', param: `messages[${index}].role` };
  }
  return null;
}

function lastTextOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const part = content.findLast((item) => isRecord(item) && item.type === 'text');
  return isRecord(part) ? (textAt(part, 'text') ?? '') : '';
}

function offeredTools(body: JsonRecord): readonly ToolOffer[] {
  if (body.tool_choice === 'none') return [];
  const chosen = recordAt(recordAt(body, 'tool_choice') ?? {}, 'function');
  const tools = recordsAt(body, 'tools').flatMap((tool) => {
    const definition = recordAt(tool, 'function') ?? {};
    const name = textAt(definition, 'name');
    return name === null ? [] : [{ name, schema: definition.parameters }];
  });
  return chosen === null ? tools : tools.filter((tool) => tool.name === chosen.name);
}

function stopSequences(body: JsonRecord): readonly string[] {
  const single = textAt(body, 'stop');
  return single === null ? listAt(body, 'stop').filter((item) => typeof item === 'string') : [single];
}

export function parse(body: JsonRecord): Parsed {
  const fault = problemOf(body);
  if (fault !== null) return { ok: false, fault };
  const last = recordsAt(body, 'messages').at(-1) ?? {};
  const effort = textAt(body, 'reasoning_effort');
  const schema = recordAt(recordAt(body, 'response_format') ?? {}, 'json_schema')?.schema ?? null;
  const request: FakeRequest = {
    protocol: 'openai-chat',
    model: textAt(body, 'model') ?? '',
    stream: body.stream === true,
    includeUsage: recordAt(body, 'stream_options')?.include_usage === true,
    lastText: lastTextOf(last.content),
    promptBytes: contentBytes(body.messages) + contentBytes(body.tools),
    cache5mBytes: 0,
    cache1hBytes: 0,
    tools: offeredTools(body),
    afterToolResult: last.role === 'tool' || last.role === 'function',
    maxTokens: numberAt(body, 'max_completion_tokens') ?? numberAt(body, 'max_tokens'),
    stopSequences: stopSequences(body),
    thinking: effort === null || effort === 'none' ? 'none' : 'hidden',
    schema,
    body,
  };
  return { ok: true, request };
}
