// The fake against recorded providers: every field and event type the providers always send, the fake sends too.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BodyOptions, PATH_OF, requestBody } from './factories.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { isRecord, type JsonRecord, recordAt, recordsAt, textAt } from './json-value.ts';
import type { ProtocolName } from './plan.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
/** Subtrees that repeat the caller's words or the model's own objects; padding the caller may switch off. */
const FREE = /^\.obfuscation$|\.(tools|metadata|input|arguments|text\.format)(\.|\[|$)/;

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream({ deterministic: true });
});
afterAll(() => fake.close());

function commonOf(a: Set<string>, b: Set<string>): Set<string> {
  return new Set([...a].filter((path) => b.has(path)));
}

/** The wanted paths that `given` lacks. */
function absentIn(given: Set<string>, wanted: Set<string>): string[] {
  return [...wanted].filter((path) => !given.has(path));
}

/** Paths of the fields that each element has; elements of different `type` are told apart. */
function listPaths(items: readonly unknown[], at: string): Set<string> {
  const byType = Map.groupBy(items, (item) => (isRecord(item) ? String(item.type ?? '') : ''));
  const paths = new Set<string>();
  for (const [type, group] of byType) {
    const [first = new Set<string>(), ...others] = group.map((item) => pathsOf(item, `${at}[${type}]`));
    for (const path of others.reduce(commonOf, first)) paths.add(path);
  }
  return paths;
}

/** Paths of all fields of a JSON value. */
function pathsOf(value: unknown, at = ''): Set<string> {
  if (Array.isArray(value)) return listPaths(value, at);
  if (!isRecord(value)) return new Set();
  const paths = new Set<string>();
  for (const [key, item] of Object.entries(value)) {
    const path = `${at}.${key}`;
    if (FREE.test(path)) continue;
    paths.add(path);
    for (const inner of pathsOf(item, path)) paths.add(inner);
  }
  return paths;
}

function chatKey(event: JsonRecord): string {
  const choice = recordsAt(event, 'choices')[0];
  if (choice === undefined) return 'usage';
  const delta = recordAt(choice, 'delta') ?? {};
  if (typeof choice.finish_reason === 'string') return 'finish';
  const call = recordsAt(delta, 'tool_calls')[0];
  if ('role' in delta) return 'role';
  if (call !== undefined) return 'id' in call ? 'call start' : 'call delta';
  return Object.keys(delta).join();
}

/** Events of one kind are comparable: type, and the type of what they carry. */
function kindOf(event: JsonRecord): string {
  if (event.object === 'chat.completion.chunk') return `chat ${chatKey(event)}`;
  const carried = ['delta', 'content_block', 'item', 'part'].map((key) => recordAt(event, key)?.type);
  return [textAt(event, 'type'), ...carried.filter((type) => typeof type === 'string')].join(' ');
}

function eventsOf(stream: string): JsonRecord[] {
  return stream.split('\n').flatMap((line) => {
    const json = line.startsWith('data:') ? line.slice(5).trim() : line.trim();
    if (!json.startsWith('{')) return [];
    const event: unknown = JSON.parse(json);
    return isRecord(event) ? [event] : [];
  });
}

function shapesOf(events: readonly JsonRecord[]): Map<string, Set<string>> {
  const shapes = new Map<string, Set<string>>();
  for (const event of events) {
    const known = shapes.get(kindOf(event));
    const paths = pathsOf(event);
    shapes.set(kindOf(event), known === undefined ? paths : commonOf(known, paths));
  }
  return shapes;
}

function recorded(protocol: ProtocolName, ending: string): string[] {
  const folder = join(FIXTURES, protocol);
  const names = readdirSync(folder).filter((name) => name.endsWith(ending) && name !== 'error.json');
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

async function ask(protocol: ProtocolName, options: BodyOptions, more: JsonRecord = {}): Promise<string> {
  const own: unknown = JSON.parse(requestBody(protocol, options));
  const response = await fetch(fake.url + PATH_OF[protocol], {
    method: 'POST',
    headers: { 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ ...(isRecord(own) ? own : {}), ...more }),
  });
  return response.text();
}

const STREAMS: readonly [ProtocolName, readonly (readonly [BodyOptions, JsonRecord])[]][] = [
  [
    'anthropic-messages',
    [
      [{ stream: true, model: 'fake-claude+thinking' }, {}],
      [{ stream: true, tools: true, model: 'fake-claude+thinking' }, {}],
    ],
  ],
  [
    'openai-chat',
    [
      [{ stream: true }, {}],
      [{ stream: true, tools: true }, {}],
    ],
  ],
  [
    'openai-responses',
    [
      [{ stream: true, model: 'fake-gpt+thinking' }, { include: ['reasoning.encrypted_content'] }],
      [{ stream: true, tools: true }, {}],
      [{ stream: true }, { max_output_tokens: 4 }],
    ],
  ],
];

it.each(STREAMS)(
  'a %s stream has each event type and field that recorded streams have',
  async (protocol, asks) => {
    const answers = await Promise.all(asks.map(([options, more]) => ask(protocol, options, more)));
    const mine = shapesOf(answers.flatMap(eventsOf));
    const files = [...recorded(protocol, '.sse'), ...recorded(protocol, '.chunks.txt')];
    const theirs = shapesOf(files.flatMap(eventsOf));
    expect(theirs.size).toBeGreaterThan(4);
    expect([...mine.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const [kind, paths] of theirs) {
      const absent = absentIn(mine.get(kind) ?? new Set(), paths);
      expect({ kind, absent }).toEqual({ kind, absent: [] });
    }
  },
);

it.each([
  ['anthropic-messages', {}],
  ['openai-chat', {}],
  ['openai-responses', { reasoning: { effort: 'low' } }],
  ['openai-embeddings', { encoding_format: 'base64' }],
] as const)('a whole %s answer has each field that recorded answers have', async (protocol, more) => {
  const mine =
    shapesOf(eventsOf(await ask(protocol, {}, more)))
      .values()
      .next().value ?? new Set();
  const files = recorded(protocol, '.json').flatMap((text) => eventsOf(JSON.stringify(JSON.parse(text))));
  const theirs = shapesOf(files).values().next().value ?? new Set();
  expect(theirs.size).toBeGreaterThan(5);
  expect(absentIn(mine, theirs)).toEqual([]);
});

it.each([
  ['anthropic-messages', 'anthropic-messages'],
  ['openai-responses', 'openai-chat'],
  ['openai-responses', 'openai-responses'],
  ['openai-responses', 'openai-embeddings'],
] as const)('errors of the kind recorded for %s are sent for %s', async (source, protocol) => {
  const theirs: unknown = JSON.parse(readFileSync(join(FIXTURES, source, 'error.json'), 'utf8'));
  const mine: unknown = JSON.parse(await ask(protocol, { model: 'is-missing' }));
  expect(absentIn(pathsOf(mine), pathsOf(theirs))).toEqual([]);
});
