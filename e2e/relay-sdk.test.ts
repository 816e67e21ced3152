// The official SDKs get the same objects through the relay as straight from the upstream.
import Anthropic from '@anthropic-ai/sdk';
import { createKey } from '@api-proxy/contracts/keys';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from './harness/installation.ts';
import { register } from './harness/person.ts';
import { databaseKinds } from './harness/product.ts';

const CLAUDE = 'fake-claude';
const THINKER = 'fake-claude+thinking';
const CACHED = 'fake-claude+cache-read,cache-write';
const PARALLEL = 'fake-claude+parallel-tools';
const GPT = 'fake-gpt';
const REASONER = 'fake-gpt+reasoning';
const PARALLEL_GPT = 'fake-gpt+parallel-tools';
const EMBED = 'fake-embed';
const REFUSING = 'fake-claude+400';
const MODELS = [
  CLAUDE,
  THINKER,
  CACHED,
  PARALLEL,
  GPT,
  REASONER,
  PARALLEL_GPT,
  EMBED,
  REFUSING,
  'fake-gpt+400',
];

type Clients = { anthropic: Anthropic; openai: OpenAI };
type Call = { name: string; run(clients: Clients): Promise<unknown> };

const user = (content: string) => ({ role: 'user' as const, content });
const schema = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] };
const claudeTool = { name: 'weather', description: 'Weather of a city', input_schema: schema };
const chatTool = { type: 'function' as const, function: { name: 'weather', parameters: schema } };
const responsesTool = { type: 'function' as const, name: 'weather', parameters: schema, strict: false };

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const event of events) list.push(event);
  return list;
}

/** Everything an SDK error tells, but for headers that belong to each connection. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  const thrown: unknown = await call.then(
    () => new Error('no error'),
    (error: unknown) => error,
  );
  if (thrown instanceof Anthropic.APIError || thrown instanceof OpenAI.APIError) {
    return { class: thrown.constructor.name, status: thrown.status, error: thrown.error };
  }
  throw thrown;
}

const messages = (model: string, extra: object = {}) => ({
  model,
  max_tokens: 256,
  messages: [user('你好, what is new?')],
  ...extra,
});
const chat = (model: string, extra: object = {}) => ({
  model,
  messages: [user('你好, what is new?')],
  ...extra,
});

const CALLS: Call[] = [
  { name: 'messages', run: ({ anthropic }) => anthropic.messages.create(messages(CLAUDE)) },
  { name: 'messages, streamed', run: ({ anthropic }) => all(anthropic.messages.stream(messages(CLAUDE))) },
  {
    name: 'messages with a tool',
    run: ({ anthropic }) => anthropic.messages.create(messages(CLAUDE, { tools: [claudeTool] })),
  },
  {
    name: 'messages with parallel tools, streamed',
    run: ({ anthropic }) =>
      anthropic.messages.stream(messages(PARALLEL, { tools: [claudeTool] })).finalMessage(),
  },
  { name: 'messages with thinking', run: ({ anthropic }) => anthropic.messages.create(messages(THINKER)) },
  {
    name: 'messages with thinking, streamed',
    run: ({ anthropic }) => all(anthropic.messages.stream(messages(THINKER))),
  },
  {
    name: 'messages with cache classes',
    run: async ({ anthropic }) => (await anthropic.messages.create(messages(CACHED))).usage,
  },
  {
    name: 'beta messages, streamed',
    run: ({ anthropic }) =>
      anthropic.beta.messages
        .stream({ ...messages(CLAUDE), betas: ['context-1m-2025-08-07'] })
        .finalMessage(),
  },
  {
    name: 'token count',
    run: ({ anthropic }) => anthropic.messages.countTokens({ model: CLAUDE, messages: [user('hello')] }),
  },
  {
    name: 'messages, upstream error',
    run: ({ anthropic }) => failure(anthropic.messages.create(messages(REFUSING))),
  },
  { name: 'chat', run: ({ openai }) => openai.chat.completions.create(chat(GPT)) },
  {
    name: 'chat with usage, streamed',
    run: async ({ openai }) =>
      all(
        await openai.chat.completions.create({
          ...chat(GPT),
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
  },
  {
    name: 'chat with a tool',
    run: ({ openai }) => openai.chat.completions.create(chat(GPT, { tools: [chatTool] })),
  },
  {
    name: 'chat with parallel tools, streamed',
    run: ({ openai }) =>
      openai.chat.completions
        .stream({ ...chat(PARALLEL_GPT, { tools: [chatTool] }), stream_options: { include_usage: true } })
        .finalChatCompletion(),
  },
  {
    name: 'chat, upstream error',
    run: ({ openai }) => failure(openai.chat.completions.create(chat('fake-gpt+400'))),
  },
  { name: 'responses', run: ({ openai }) => openai.responses.create({ model: GPT, input: 'hello' }) },
  {
    name: 'responses, streamed',
    run: async ({ openai }) =>
      all(await openai.responses.create({ model: GPT, input: 'hello', stream: true })),
  },
  {
    name: 'responses with a tool, streamed',
    run: async ({ openai }) =>
      all(
        await openai.responses.create({ model: GPT, input: 'hello', stream: true, tools: [responsesTool] }),
      ),
  },
  {
    name: 'responses with reasoning',
    run: ({ openai }) => openai.responses.create({ model: REASONER, input: 'think' }),
  },
  {
    name: 'embeddings',
    run: ({ openai }) => openai.embeddings.create({ model: EMBED, input: ['one', '二'] }),
  },
  {
    name: 'embeddings as floats',
    run: ({ openai }) => openai.embeddings.create({ model: EMBED, input: 'one', encoding_format: 'float' }),
  },
];

function clientsOf(url: string, apiKey: string): Clients {
  return {
    anthropic: new Anthropic({ baseURL: url, apiKey, maxRetries: 0 }),
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }),
  };
}

/** What an SDK makes of an answer, as plain data; request ids name the connection, not the answer. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, inner: unknown) => (name === '_request_id' ? undefined : inner)),
  );
}

describe.each(databaseKinds())('on the %s database', (database) => {
  let installation: Installation;
  let relayed: Clients;
  let direct: Clients;

  beforeAll(async () => {
    installation = await startInstallation({ database }, MODELS);
    relayed = clientsOf(installation.product.url, installation.secret);
    direct = clientsOf(installation.upstream.url, 'upstream-secret');
  }, 120_000);

  afterAll(() => installation?.remove());

  it.each(CALLS)('$name: the same objects through the relay', async ({ run }) => {
    expect(plain(await run(relayed))).toEqual(plain(await run(direct)));
  });

  it('a chat stream that did not ask for usage gets none, though it is metered', async () => {
    const chunks = await all(await relayed.openai.chat.completions.create({ ...chat(GPT), stream: true }));
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) expect(chunk.usage ?? null).toBeNull();
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('answers HEAD on the base address, with no console and no key, as Claude Code asks before it works', async () => {
    for (const path of ['/', '/v1']) {
      const answer = await fetch(installation.product.url + path, { method: 'HEAD' });
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, '']);
    }
  });

  it('lists the models of this installation in both shapes', async () => {
    const names = (await all(relayed.openai.models.list())).map(({ id }) => id);
    expect(names).toEqual(expect.arrayContaining(MODELS));
    expect((await all(relayed.anthropic.models.list())).map(({ id }) => id)).toEqual(
      expect.arrayContaining(MODELS),
    );
    expect((await relayed.openai.models.retrieve(GPT)).id).toBe(GPT);
  });

  it('a wrong key, an unknown model and a broken body fail in the shape of the caller', async () => {
    const stranger = clientsOf(installation.product.url, 'sk-relay-none-0123456789abcdef0123456789abcdef');
    await expect(stranger.anthropic.messages.create(messages(CLAUDE))).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    );
    await expect(stranger.openai.chat.completions.create(chat(GPT))).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
    const bob = await register(installation.product.url, 'bob');
    const { secret } = await bob.call(createKey, { body: { name: 'bob' } });
    const member = clientsOf(installation.product.url, secret);
    await expect(member.anthropic.messages.create(messages('nobody'))).rejects.toBeInstanceOf(
      Anthropic.NotFoundError,
    );
    await expect(member.openai.chat.completions.create(chat('nobody'))).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(member.openai.chat.completions.create(chat(GPT))).rejects.toMatchObject({ status: 402 });
    const answer = await fetch(`${installation.product.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': installation.secret },
      body: '{"model":',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });
});
