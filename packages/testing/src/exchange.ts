// One request to a model: read, check, decide, deliver; the witness writes down each step.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { alteredThinking } from './anthropic-messages/signature.ts';
import { type Behaviour, readBehaviour, USUAL } from './behaviour.ts';
import { deliverBody } from './deliver-body.ts';
import { deliverStream } from './deliver-stream.ts';
import { type Fault, faultOfStatus } from './fault.ts';
import { type Identity, identityOf, secondsOfSeed } from './identity.ts';
import { isRecord, type JsonRecord, parseJson, textAt } from './json-value.ts';
import { previousResponseId, type StoredResponses } from './openai-responses/stored.ts';
import { type Outlet, outletOf } from './outlet.ts';
import { planAnswer, type RequestFacts } from './plan.ts';
import { type ReadBody, readBody } from './read-body.ts';
import type { Parsed, Turn, WireProtocol } from './wire.ts';
import type { WitnessBook, WitnessRecord } from './witness.ts';

export interface ExchangeContext {
  readonly book: WitnessBook;
  readonly stored: StoredResponses;
  /** How often each scripted failure has been given, by model name and header. */
  readonly given: Map<string, number>;
  readonly deterministic: boolean;
  readonly seed: string;
}

interface Exchange {
  readonly context: ExchangeContext;
  readonly protocol: WireProtocol;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly record: WitnessRecord;
  readonly outlet: Outlet;
}

/** Ids come from the body in deterministic mode (stream options aside), else from the request's number. */
function seedOf(exchange: Exchange, body: JsonRecord): string {
  if (!exchange.context.deterministic) return `${exchange.context.seed}/${exchange.record.sequence}`;
  const content = JSON.stringify({ ...body, stream_options: undefined });
  return createHash('sha256').update(content).digest('hex');
}

function identityFrom(exchange: Exchange, seed: string): Identity {
  const { deterministic } = exchange.context;
  const seconds = deterministic ? secondsOfSeed(seed) : Math.floor(exchange.record.receivedAt / 1000);
  return identityOf(seed, seconds);
}

function requestIdOf(protocol: WireProtocol, seed: string): string {
  const identity = identityOf(`request/${seed}`, 0);
  return protocol.name === 'anthropic-messages' ? identity.next('req_011', 21) : identity.next('req_', 32);
}

async function sendFault(
  exchange: Exchange,
  fault: Fault,
  from: { behaviour: Behaviour; seed: string },
): Promise<void> {
  const { protocol, record, outlet, response, context } = exchange;
  const { behaviour } = from;
  const requestId = requestIdOf(protocol, from.seed);
  const status = protocol.errorStatus(fault);
  record.status = status;
  const padding =
    behaviour.errorBytes > 0 ? ` ${'iVBORw0KGgo'.repeat(Math.ceil(behaviour.errorBytes / 11))}` : '';
  const padded = padding === '' ? fault : { ...fault, message: (fault.message ?? fault.kind) + padding };
  const retryAfter = behaviour.retryAfter ?? (status === 429 || status === 503 || status === 529 ? 1 : null);
  const text = behaviour.html
    ? `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`
    : JSON.stringify(protocol.errorBody(padded, requestId));
  const headers = {
    'content-type': behaviour.html ? 'text/html' : 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...protocol.headers(requestId, status === 429),
    ...(retryAfter !== null && { 'retry-after': String(retryAfter) }),
  };
  response.writeHead(status, headers);
  await outlet.end(text);
  context.book.close(record, 'error');
}

/** The scripted failure that is due now, if any. */
function dueFault(exchange: Exchange, behaviour: Behaviour): Fault | null {
  if (behaviour.fault === null || behaviour.errorIn200) return null;
  const header = exchange.request.headers['x-fake-behaviour'];
  const key = `${exchange.record.model}|${String(header)}`;
  const count = exchange.context.given.get(key) ?? 0;
  if (count >= behaviour.faultTimes) return null;
  exchange.context.given.set(key, count + 1);
  return behaviour.fault;
}

/** Failures that depend on what the request says: unknown model or chain, altered thinking. */
function contentFault(exchange: Exchange, body: JsonRecord, behaviour: Behaviour): Fault | null {
  const model = textAt(body, 'model') ?? '';
  if (model.includes('missing')) {
    const anthropic = exchange.protocol.name === 'anthropic-messages';
    const message = anthropic
      ? `model: ${model}`
      : `The model \`${model}\` does not exist or you do not have access to it.`;
    return { kind: 'model-not-found', message };
  }
  const previous = exchange.protocol.name === 'openai-responses' ? previousResponseId(body) : null;
  if (previous !== null && !exchange.context.stored.has(previous)) {
    const message = `Previous response with id '${previous}' not found.`;
    return { kind: 'invalid', param: 'previous_response_id', message };
  }
  const altered = behaviour.strictThinking ? alteredThinking(body) : null;
  return altered === null
    ? null
    : { kind: 'signature', message: `${altered}: Invalid \`signature\` in \`thinking\` block` };
}

async function sendStream(exchange: Exchange, turn: Turn): Promise<void> {
  const { protocol, response, record, outlet } = exchange;
  const { behaviour } = turn;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...protocol.headers(turn.requestId, false),
  });
  if (behaviour.firstMs > 0 || behaviour.stallAfter === 0) response.flushHeaders();
  const failure: Fault = behaviour.fault ?? { kind: 'overloaded' };
  const frames = behaviour.empty
    ? []
    : behaviour.errorIn200
      ? protocol.errorFrames(failure, turn, 0)
      : protocol.frames(turn);
  const errorFrames = (sent: number) => protocol.errorFrames(failure, turn, sent);
  const outcome = await deliverStream(frames, {
    outlet,
    record,
    behaviour,
    ping: protocol.ping,
    errorFrames,
  });
  finish(exchange, turn, behaviour.errorIn200 && outcome === 'complete' ? 'error' : outcome);
}

async function sendJson(exchange: Exchange, turn: Turn): Promise<void> {
  const { protocol, response, outlet } = exchange;
  const { behaviour, requestId } = turn;
  const failure: Fault = behaviour.fault ?? { kind: 'overloaded' };
  const json = behaviour.errorIn200 ? protocol.errorBody(failure, requestId) : protocol.answer(turn);
  const text = behaviour.empty ? '' : JSON.stringify(json);
  const headers = { 'content-type': 'application/json', ...protocol.headers(requestId, false) };
  const outcome = await deliverBody(text, { status: 200, headers }, { response, outlet, behaviour });
  if (outcome === 'complete' && !behaviour.errorIn200 && !behaviour.empty) {
    const { plan } = turn;
    for (const piece of [...plan.thinking, ...plan.text])
      exchange.record.contentBytesSent += Buffer.byteLength(piece);
    for (const call of plan.calls)
      exchange.record.contentBytesSent += Buffer.byteLength(call.name + call.json);
  }
  finish(exchange, turn, behaviour.errorIn200 && outcome === 'complete' ? 'error' : outcome);
}

function finish(exchange: Exchange, turn: Turn, outcome: 'complete' | 'cut' | 'error'): void {
  const { record, context } = exchange;
  const { request, behaviour } = turn;
  if (record.outcome !== 'open') return;
  record.usageSent =
    outcome === 'complete' &&
    !behaviour.empty &&
    (behaviour.usage === 'every-event' ||
      (behaviour.usage === 'normal' && (request.includeUsage || !request.stream)));
  context.book.close(record, outcome);
}

async function answer(
  exchange: Exchange,
  parsed: Parsed & { ok: true },
  from: { behaviour: Behaviour; seed: string; facts: RequestFacts },
): Promise<void> {
  const { protocol, record, context } = exchange;
  const plan = planAnswer(parsed.request, from.behaviour, from.facts);
  const turn: Turn = {
    request: parsed.request,
    plan,
    behaviour: from.behaviour,
    identity: identityFrom(exchange, from.seed),
    requestId: requestIdOf(protocol, from.seed),
  };
  record.status = 200;
  record.stream = parsed.request.stream;
  record.usage = from.behaviour.empty || from.behaviour.errorIn200 ? null : plan.usage;
  if (protocol.name === 'openai-responses')
    context.stored.save(turn, () => identityFrom(exchange, from.seed), from.facts.bodyBytes);
  if (parsed.request.stream) await sendStream(exchange, turn);
  else await sendJson(exchange, turn);
}

function factsOf(exchange: Exchange, body: ReadBody): RequestFacts {
  const { request, record } = exchange;
  return {
    method: record.method,
    path: record.path,
    headers: request.headers,
    bodySha256: body.sha256,
    bodyBytes: body.bytes,
  };
}

async function converse(exchange: Exchange, read: ReadBody, refusal: Fault | null): Promise<void> {
  const { protocol, record, outlet, context, request } = exchange;
  const parsedJson = read.text === null ? undefined : parseJson(read.text);
  const body = isRecord(parsedJson) ? parsedJson : {};
  const seed = seedOf(exchange, body);
  record.model = textAt(body, 'model');
  const header = request.headers['x-fake-behaviour'];
  const reading = readBehaviour(record.model ?? '', Array.isArray(header) ? header[0] : header);
  if (!reading.ok) {
    const fault: Fault = { kind: 'invalid', message: `fake upstream: ${reading.problem}` };
    await sendFault(exchange, fault, { behaviour: USUAL, seed });
    return;
  }
  const { behaviour } = reading;
  context.book.changed(record);
  if (behaviour.reset) {
    context.book.close(record, 'cut');
    outlet.destroy(true);
    return;
  }
  if (behaviour.stallHead) {
    await outlet.waitForPeerToGo();
    return;
  }
  if (behaviour.delayMs > 0) await outlet.wait(behaviour.delayMs);
  if (outlet.gone()) return;
  const badJson = isRecord(parsedJson) ? null : ({ kind: 'bad-json' } as const);
  const early = refusal ?? dueFault(exchange, behaviour) ?? badJson;
  const parsed: Parsed = early === null ? protocol.parse(body, request.headers) : { ok: false, fault: early };
  const fault = parsed.ok ? contentFault(exchange, body, behaviour) : parsed.fault;
  if (!parsed.ok || fault !== null) {
    await sendFault(exchange, fault ?? faultOfStatus(400), { behaviour, seed });
    return;
  }
  await answer(exchange, parsed, { behaviour, seed, facts: factsOf(exchange, read) });
}

export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly record: WitnessRecord;
  /** A refusal decided before the body is read (bad credential). */
  readonly refusal: Fault | null;
}

/** Answers one POST to a model endpoint. Never throws for what a peer does. */
export async function exchange(
  context: ExchangeContext,
  protocol: WireProtocol,
  incoming: Incoming,
): Promise<void> {
  const { request, response, record, refusal } = incoming;
  record.protocol = protocol.name;
  const outlet = outletOf(response, record, () => context.book.close(record, 'aborted'));
  let read: ReadBody;
  try {
    read = await readBody(request);
  } catch {
    context.book.close(record, 'aborted');
    return;
  }
  record.bodyBytes = read.bytes;
  record.bodySha256 = read.sha256;
  await converse({ context, protocol, request, response, record, outlet }, read, refusal);
}
