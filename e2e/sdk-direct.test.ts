// The official SDKs accept the fake upstream in every mode: what they read from it is what a relay must preserve.
import Anthropic from '@anthropic-ai/sdk';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fake: FakeUpstream;
let claude: Anthropic;
let gpt: OpenAI;

beforeAll(async () => {
  fake = await startFakeUpstream({ apiKeys: ['fake-key'], deterministic: true });
  claude = new Anthropic({ baseURL: fake.url, apiKey: 'fake-key', maxRetries: 0 });
  gpt = new OpenAI({ baseURL: `${fake.url}/v1`, apiKey: 'fake-key', maxRetries: 0 });
});
afterAll(() => fake.close());

const schema = {
  type: 'object' as const,
  properties: { location: { type: 'string' }, days: { type: 'integer' } },
  required: ['location'],
  additionalProperties: false,
};
const ARGUMENTS = { location: 'location 北京', days: 1 };
const hello = [{ role: 'user' as const, content: 'hello 世界' }];
const claudeTool = { name: 'get_weather', input_schema: schema };
const chatTool = { type: 'function' as const, function: { name: 'get_weather', parameters: schema } };
const responsesTool = { type: 'function' as const, name: 'get_weather', parameters: schema, strict: false };

function claudeBody(model = 'fake-claude') {
  return { model, max_tokens: 1024, messages: hello };
}

it('messages: created and streamed answers say the same', async () => {
  const body = claudeBody();
  const whole = await claude.messages.create(body);
  const streamed = await claude.messages.stream(body).finalMessage();
  expect(whole.content).toMatchObject([{ type: 'text', text: expect.stringContaining('hello 世界') }]);
  expect(streamed.content).toMatchObject(whole.content);
  expect(streamed.stop_reason).toBe('end_turn');
  expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
  expect(streamed.usage.input_tokens).toBe(whole.usage.input_tokens);
});

it('messages: thinking comes with a signature, then tools with streamed arguments', async () => {
  const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
  const body = { ...claudeBody(), max_tokens: 2048, thinking, tools: [claudeTool] };
  const streamed = await claude.messages.stream(body).finalMessage();
  const [thought, said, call] = streamed.content;
  expect(thought).toMatchObject({ type: 'thinking', thinking: expect.stringContaining('想一想') });
  expect(thought?.type === 'thinking' ? thought.signature.length : 0).toBeGreaterThan(100);
  expect(said?.type).toBe('text');
  expect(call).toMatchObject({ type: 'tool_use', name: 'get_weather', input: ARGUMENTS });
  expect(streamed.stop_reason).toBe('tool_use');
  const whole = await claude.messages.create(body);
  expect(whole.content.map((block) => block.type)).toEqual(['thinking', 'text', 'tool_use']);
});

it('messages: a tool result ends the loop, parallel tools come in order', async () => {
  const first = await claude.messages.create({
    ...claudeBody('fake-claude+parallel-tools'),
    tools: [claudeTool],
  });
  const calls = first.content.filter((block) => block.type === 'tool_use');
  expect(calls).toHaveLength(2);
  const results = calls.map(({ id }) => ({
    type: 'tool_result' as const,
    tool_use_id: id,
    content: 'sunny',
  }));
  const turns = [
    ...hello,
    { role: 'assistant' as const, content: first.content },
    { role: 'user' as const, content: results },
  ];
  const second = await claude.messages
    .stream({ ...claudeBody(), messages: turns, tools: [claudeTool] })
    .finalMessage();
  expect(second.stop_reason).toBe('end_turn');
});

it('messages: images, token counts and models', async () => {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' };
  const content = [
    { type: 'image' as const, source },
    { type: 'text' as const, text: 'what is it?' },
  ];
  const messages = [{ role: 'user' as const, content }];
  const answer = await claude.messages.create({ ...claudeBody(), messages });
  const counted = await claude.messages.countTokens({ model: 'fake-claude', messages });
  expect(counted.input_tokens).toBe(answer.usage.input_tokens);
  const models = await claude.models.list();
  expect(models.data.map((model) => model.id)).toContain('fake-claude');
  expect((await claude.models.retrieve('fake-claude')).type).toBe('model');
});

it('messages: failures become the classes of the SDK', async () => {
  const failure = (model: string) =>
    claude.messages.create(claudeBody(model)).catch((cause: unknown) => cause);
  expect(await failure('m+400')).toBeInstanceOf(Anthropic.BadRequestError);
  expect(await failure('m+403')).toBeInstanceOf(Anthropic.PermissionDeniedError);
  expect(await failure('is-missing')).toBeInstanceOf(Anthropic.NotFoundError);
  expect(await failure('m+429')).toBeInstanceOf(Anthropic.RateLimitError);
  expect(await failure('m+529')).toBeInstanceOf(Anthropic.InternalServerError);
  expect(await failure('m+reset')).toBeInstanceOf(Anthropic.APIConnectionError);
  const stranger = new Anthropic({ baseURL: fake.url, apiKey: 'other', maxRetries: 0 });
  await expect(stranger.messages.create(claudeBody())).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  const broken = claude.messages.stream(claudeBody('m+error-mid=4')).finalMessage();
  await expect(broken).rejects.toThrow('overloaded_error');
  await expect(claude.messages.stream(claudeBody('m+die=4')).finalMessage()).rejects.toThrow();
});

it('messages: the SDK retries a 429 after retry-after and gets its answer', async () => {
  const patient = new Anthropic({ baseURL: fake.url, apiKey: 'fake-key', maxRetries: 2 });
  const answer = await patient.messages.create(claudeBody('fake-claude+429x1,retry-after=0'));
  expect(answer.stop_reason).toBe('end_turn');
});

it('chat: created and streamed answers say the same, usage included', async () => {
  const whole = await gpt.chat.completions.create({ model: 'fake-gpt', messages: hello });
  const stream = await gpt.chat.completions.create({
    model: 'fake-gpt',
    messages: hello,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe(whole.choices[0]?.message.content);
  expect(usage).toEqual(whole.usage);
});

it('chat: tools with streamed arguments, in parallel, and the loop ends', async () => {
  const model = 'fake-gpt+parallel-tools';
  const request = { model, messages: hello, tools: [chatTool] };
  const first = await gpt.chat.completions.stream(request).finalChatCompletion();
  const message = first.choices[0]?.message;
  expect(first.choices[0]?.finish_reason).toBe('tool_calls');
  const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function');
  expect(calls.map((call) => JSON.parse(call.function.arguments))).toEqual([ARGUMENTS, ARGUMENTS]);
  expect(new Set(calls.map((call) => call.id)).size).toBe(2);
  const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'sunny' }));
  const assistant = { role: 'assistant' as const, content: null, tool_calls: calls };
  const messages = [...hello, assistant, ...results];
  const second = await gpt.chat.completions.create({ model, messages, tools: [chatTool] });
  expect(second.choices[0]?.finish_reason).toBe('stop');
});

it('chat: reasoning is billed, images are taken, stop and length are reported', async () => {
  const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
  const messages = [{ role: 'user' as const, content: [image, { type: 'text' as const, text: 'what?' }] }];
  const thought = await gpt.chat.completions.create({ model: 'fake-gpt', messages, reasoning_effort: 'low' });
  expect(thought.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
  const short = await gpt.chat.completions.create({
    model: 'fake-gpt',
    messages: hello,
    max_completion_tokens: 3,
  });
  expect(short.choices[0]?.finish_reason).toBe('length');
  const stopped = await gpt.chat.completions.create({
    model: 'fake-gpt',
    messages: hello,
    stop: ['world', '世'],
  });
  expect(stopped.choices[0]?.message.content).not.toContain('世');
});

it('responses: created and streamed answers say the same', async () => {
  const request = { model: 'fake-gpt', input: 'hello 世界' };
  const whole = await gpt.responses.create(request);
  const streamed = await gpt.responses.stream(request).finalResponse();
  expect(whole.output_text).toContain('hello 世界');
  expect(streamed.output_text).toBe(whole.output_text);
  expect(streamed.usage).toEqual(whole.usage);
  expect(streamed.status).toBe('completed');
  const cut = await gpt.responses.stream({ ...request, max_output_tokens: 4 }).finalResponse();
  expect(cut.incomplete_details?.reason).toBe('max_output_tokens');
});

it('responses: reasoning with summary, then a function call, numbered without a gap', async () => {
  const stream = gpt.responses.stream({
    model: 'fake-gpt',
    input: 'hello',
    reasoning: { effort: 'low', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    tools: [responsesTool],
  });
  const numbers: number[] = [];
  for await (const event of stream) numbers.push(event.sequence_number);
  expect(numbers).toEqual(numbers.map((_, index) => index));
  const [thought, call] = (await stream.finalResponse()).output;
  expect(thought).toMatchObject({ type: 'reasoning', summary: [{ type: 'summary_text' }] });
  expect(thought?.type === 'reasoning' && (thought.encrypted_content?.length ?? 0) > 100).toBe(true);
  expect(call).toMatchObject({ type: 'function_call', name: 'get_weather' });
  expect(JSON.parse(call?.type === 'function_call' ? call.arguments : '{}')).toEqual(ARGUMENTS);
});

it('responses: stored ones can be continued, read, listed and deleted; background ones cancelled', async () => {
  const first = await gpt.responses.create({ model: 'fake-gpt', input: 'hello', tools: [responsesTool] });
  const call = first.output.find((item) => item.type === 'function_call');
  const output = { type: 'function_call_output' as const, call_id: call?.call_id ?? '', output: 'sunny' };
  const second = await gpt.responses.create({
    model: 'fake-gpt',
    previous_response_id: first.id,
    input: [output],
  });
  expect(second.output[0]?.type).toBe('message');
  expect((await gpt.responses.retrieve(first.id)).output).toEqual(first.output);
  expect((await gpt.responses.inputItems.list(first.id)).data).toHaveLength(1);
  await gpt.responses.delete(first.id);
  await expect(gpt.responses.retrieve(first.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  const queued = await gpt.responses.create({ model: 'fake-gpt', input: 'later', background: true });
  expect(queued.status).toBe('queued');
  expect((await gpt.responses.cancel(queued.id)).status).toBe('cancelled');
  await expect(gpt.responses.cancel(second.id)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
});

it('embeddings: floats and base64 are the same vectors', async () => {
  const input = ['one', 'two'];
  const packed = await gpt.embeddings.create({ model: 'fake-embed', input, dimensions: 8 });
  const floats = await gpt.embeddings.create({
    model: 'fake-embed',
    input,
    dimensions: 8,
    encoding_format: 'float',
  });
  expect(packed.data.map((item) => item.embedding)).toEqual(floats.data.map((item) => item.embedding));
  expect(packed.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
});

it('openai: failures become the classes of the SDK, models are listed', async () => {
  const failure = (model: string) =>
    gpt.chat.completions.create({ model, messages: hello }).catch((cause: unknown) => cause);
  expect(await failure('m+400')).toBeInstanceOf(OpenAI.BadRequestError);
  expect(await failure('m+403')).toBeInstanceOf(OpenAI.PermissionDeniedError);
  expect(await failure('is-missing')).toBeInstanceOf(OpenAI.NotFoundError);
  expect(await failure('m+429')).toBeInstanceOf(OpenAI.RateLimitError);
  expect(await failure('m+503')).toBeInstanceOf(OpenAI.InternalServerError);
  const stranger = new OpenAI({ baseURL: `${fake.url}/v1`, apiKey: 'other', maxRetries: 0 });
  await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const broken = gpt.responses.stream({ model: 'm+error-mid=4,error=quota', input: 'x' }).finalResponse();
  await expect(broken).rejects.toThrow();
  const chat = gpt.chat.completions.stream({ model: 'm+error-mid=3', messages: hello }).finalChatCompletion();
  await expect(chat).rejects.toBeInstanceOf(OpenAI.APIError);
  expect((await gpt.models.list()).data.map((model) => model.id)).toContain('fake-gpt');
});
