// Which path does what: model endpoints, model lists, stored responses, token counts, and the witness.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { anthropicMessages } from './anthropic-messages/index.ts';
import { missingField, promptSize } from './anthropic-messages/request.ts';
import { type ExchangeContext, exchange } from './exchange.ts';
import type { Fault } from './fault.ts';
import { isRecord, type JsonRecord, parseJson, textAt } from './json-value.ts';
import { anthropicModel, anthropicModelList, openaiModel, openaiModelList } from './models.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiEmbeddings } from './openai-embeddings/index.ts';
import { openaiResponses } from './openai-responses/index.ts';
import { readBody } from './read-body.ts';
import { tokensOf } from './tokens.ts';
import type { WireProtocol } from './wire.ts';

const MODEL_ENDPOINTS: ReadonlyMap<string, WireProtocol> = new Map([
  ['/v1/messages', anthropicMessages],
  ['/v1/chat/completions', openaiChat],
  ['/v1/responses', openaiResponses],
  ['/v1/embeddings', openaiEmbeddings],
]);

interface Reply {
  readonly status: number;
  readonly body: JsonRecord;
}

export interface RouterOptions {
  readonly context: ExchangeContext;
  /** Accepted credentials; null accepts all, also none. */
  readonly apiKeys: readonly string[] | null;
  readonly reset: () => void;
}

interface Call {
  readonly options: RouterOptions;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
}

function isAnthropic(call: Call): boolean {
  return call.path.startsWith('/v1/messages') || call.request.headers['anthropic-version'] !== undefined;
}

function credentialFault(call: Call): Fault | null {
  const { apiKeys } = call.options;
  if (apiKeys === null) return null;
  const { headers } = call.request;
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const header = headers['x-api-key'];
  const given = [bearer, Array.isArray(header) ? header[0] : header];
  return given.some((key) => key !== undefined && apiKeys.includes(key)) ? null : { kind: 'auth' };
}

function faultReply(call: Call, fault: Fault): Reply {
  const protocol = isAnthropic(call) ? anthropicMessages : openaiChat;
  return { status: protocol.errorStatus(fault), body: protocol.errorBody(fault, 'req_011fakeupstream') };
}

function modelReply(call: Call, id: string | null): Reply {
  const anthropic = isAnthropic(call);
  if (id === null) return { status: 200, body: anthropic ? anthropicModelList() : openaiModelList() };
  if (id.includes('missing')) return faultReply(call, { kind: 'model-not-found' });
  return { status: 200, body: anthropic ? anthropicModel(id) : openaiModel(id) };
}

async function countTokensReply(call: Call): Promise<Reply> {
  const { text } = await readBody(call.request);
  const parsed = text === null ? undefined : parseJson(text);
  if (!isRecord(parsed)) return faultReply(call, { kind: 'bad-json' });
  const fault = missingField(parsed, call.request.headers, ['model', 'messages']);
  if (fault !== null) return faultReply(call, fault);
  if (textAt(parsed, 'model')?.includes('missing')) return faultReply(call, { kind: 'model-not-found' });
  const size = promptSize(parsed);
  const bytes = size.promptBytes + size.cache5mBytes + size.cache1hBytes;
  return { status: 200, body: { input_tokens: Math.max(1, tokensOf(bytes)) } };
}

function storedReply(call: Call, id: string, action: string | null): Reply {
  const { stored } = call.options.context;
  const unknown: Fault = { kind: 'not-found', message: `Response with id '${id}' not found.` };
  const found = (body: JsonRecord | null): Reply =>
    body === null ? faultReply(call, unknown) : { status: 200, body };
  if (call.method === 'GET' && action === null) return found(stored.read(id));
  if (call.method === 'GET' && action === 'input_items') return found(stored.inputItems(id));
  if (call.method === 'DELETE' && action === null)
    return found(stored.remove(id) ? { id, object: 'response.deleted', deleted: true } : null);
  if (call.method === 'POST' && action === 'cancel') {
    const body = stored.cancel(id);
    if (body !== 'not-background') return found(body);
    return faultReply(call, { kind: 'invalid', message: 'Cannot cancel a synchronous response.' });
  }
  return notFound(call);
}

function notFound(call: Call): Reply {
  return faultReply(call, { kind: 'not-found', message: `Invalid URL (${call.method} ${call.path})` });
}

function witnessReply(call: Call): Reply {
  const { context, reset } = call.options;
  if (call.method === 'POST' && call.path === '/__fake/reset') {
    reset();
    return { status: 200, body: { ok: true } };
  }
  if (call.method === 'GET' && call.path === '/__fake/witness')
    return { status: 200, body: { summary: context.book.summary(), recent: context.book.recent() } };
  return notFound(call);
}

/** Everything that is not a model endpoint. */
async function sideReply(call: Call): Promise<Reply> {
  const { method, path } = call;
  if (path === '/' || path === '/v1') return { status: 200, body: { ok: true } };
  const fault = credentialFault(call);
  if (fault !== null) return faultReply(call, fault);
  if (method === 'POST' && path === '/v1/messages/count_tokens') return countTokensReply(call);
  const model = /^\/v1\/models(?:\/(.+))?$/.exec(path);
  if (model !== null && method !== 'POST') return modelReply(call, model[1] ?? null);
  const stored = /^\/v1\/responses\/([^/]+)(?:\/([a-z_]+))?$/.exec(path);
  if (stored?.[1] !== undefined) return storedReply(call, stored[1], stored[2] ?? null);
  return notFound(call);
}

function send(call: Call, reply: Reply): number {
  const text = JSON.stringify(reply.body);
  const headers = isAnthropic(call)
    ? anthropicMessages.headers('req_011fakeupstream', false)
    : openaiChat.headers('req_fakeupstream', false);
  call.response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  call.response.end(call.method === 'HEAD' ? undefined : text);
  return Buffer.byteLength(text);
}

async function sideCall(call: Call): Promise<void> {
  const { book } = call.options.context;
  const record = book.open({
    method: call.method,
    path: call.request.url ?? '/',
    headers: call.request.headers,
  });
  try {
    const reply = await sideReply(call);
    record.status = reply.status;
    record.bytesSent = send(call, reply);
    book.close(record, reply.status < 400 ? 'complete' : 'error');
  } catch {
    book.close(record, 'aborted');
    call.response.destroy();
  }
}

/** Answers any request the server gets. */
export async function route(
  options: RouterOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const method = request.method ?? 'GET';
  const call: Call = { options, request, response, method, path };
  if (path.startsWith('/__fake/')) {
    send(call, witnessReply(call));
    return;
  }
  const protocol = method === 'POST' ? MODEL_ENDPOINTS.get(path) : undefined;
  if (protocol === undefined) {
    await sideCall(call);
    return;
  }
  const record = options.context.book.open({ method, path: url, headers: request.headers });
  await exchange(options.context, protocol, { request, response, record, refusal: credentialFault(call) });
}
