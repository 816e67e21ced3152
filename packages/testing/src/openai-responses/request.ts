// Reads a Responses request: the required fields, tools on offer, and what the answer depends on.
import { isRecord, type JsonRecord, listAt, numberAt, recordAt, recordsAt, textAt } from '../json-value.ts';
import type { FakeRequest, ToolOffer } from '../plan.ts';
import { contentBytes } from '../tokens.ts';
import type { Parsed } from '../wire.ts';

function lastTextOf(body: JsonRecord): string {
  if (typeof body.input === 'string') return body.input;
  for (const item of recordsAt(body, 'input').toReversed()) {
    if (typeof item.content === 'string') return item.content;
    const part = recordsAt(item, 'content').findLast((one) => typeof one.text === 'string');
    if (part !== undefined) return textAt(part, 'text') ?? '';
  }
  return '';
}

function offeredTools(body: JsonRecord): readonly ToolOffer[] {
  if (body.tool_choice === 'none') return [];
  const chosen = recordAt(body, 'tool_choice');
  const tools = recordsAt(body, 'tools').flatMap((tool) => {
    const name = textAt(tool, 'name');
    return name === null || tool.type !== 'function' ? [] : [{ name, schema: tool.parameters }];
  });
  return chosen?.type === 'function' ? tools.filter((tool) => tool.name === chosen.name) : tools;
}

function thinkingOf(body: JsonRecord): FakeRequest['thinking'] {
  const reasoning = recordAt(body, 'reasoning');
  if (reasoning === null || reasoning.effort === 'none') return 'none';
  return typeof reasoning.summary === 'string' ? 'shown' : 'hidden';
}

export function parse(body: JsonRecord): Parsed {
  if (textAt(body, 'model') === null) return { ok: false, fault: { kind: 'missing-field', param: 'model' } };
  if (body.input === undefined && body.previous_response_id === undefined && body.prompt === undefined)
    return { ok: false, fault: { kind: 'missing-field', param: 'input' } };
  const last = listAt(body, 'input').at(-1);
  const lastType = isRecord(last) ? textAt(last, 'type') : null;
  const request: FakeRequest = {
    protocol: 'openai-responses',
    model: textAt(body, 'model') ?? '',
    stream: body.stream === true,
    includeUsage: true,
    lastText: lastTextOf(body),
    promptBytes: contentBytes(body.input) + contentBytes(body.instructions) + contentBytes(body.tools),
    cache5mBytes: 0,
    cache1hBytes: 0,
    tools: offeredTools(body),
    afterToolResult: lastType?.endsWith('_call_output') === true,
    maxTokens: numberAt(body, 'max_output_tokens'),
    stopSequences: [],
    thinking: thinkingOf(body),
    schema: recordAt(recordAt(body, 'text') ?? {}, 'format')?.schema ?? null,
    body,
  };
  return { ok: true, request };
}
