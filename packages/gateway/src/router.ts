// Which request goes where: relayed endpoints, the list of models, the base address, and refusals for the rest.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DIALECTS, type Endpoint, endpointAt } from '@api-proxy/protocols/registry';
import { type Denial, isDenial } from './denial.ts';
import { refuse } from './ending.ts';
import { Exchange } from './exchange.ts';
import { answerExplanation, sendDenial } from './explanation.ts';
import { ownHeaders } from './headers.ts';
import { answerKeyUsage } from './key-usage.ts';
import { answerModels } from './models.ts';
import type { GatewayDeps, KeyUsage } from './ports.ts';
import { type RelayDeps, relay } from './relay.ts';
import { sendJson } from './reply.ts';
import { authenticate } from './steps/authenticate.ts';

const BASE = '/v1';

export class Router {
  readonly #deps: GatewayDeps;
  readonly #relayDeps: RelayDeps;

  constructor(deps: GatewayDeps, relayDeps: RelayDeps) {
    this.#deps = deps;
    this.#relayDeps = relayDeps;
  }

  async route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = req.url ?? BASE;
    const question = url.indexOf('?');
    const path = (question === -1 ? url : url.slice(0, question)).slice(BASE.length);
    const search = question === -1 ? '' : url.slice(question);
    const endpoint = endpointAt(path);
    const exchange = this.#begin({ req, res, endpoint: endpoint ?? fallbackEndpoint(req, path), search });
    if (endpoint?.methods.some((method) => method === req.method)) return relay(exchange, this.#relayDeps);
    if (endpoint) return refuseMethod(exchange, endpoint.methods.join(', '));
    const reads = req.method === 'GET' || req.method === 'HEAD';
    if (path === '' || path === '/') return reads ? answerBase(exchange) : refuseMethod(exchange, 'GET');
    if (path === '/models' || path.startsWith('/models/')) {
      return reads ? this.#models(exchange, path.slice('/models'.length)) : refuseMethod(exchange, 'GET');
    }
    if (path === '/usage' && this.#deps.keyUsage) {
      return reads ? this.#usage(exchange, this.#deps.keyUsage) : refuseMethod(exchange, 'GET');
    }
    refuse(exchange, { denied: 'path_unknown', facts: { path: withoutKeys(url.slice(0, 200)) } }).finish();
  }

  /** A question about a call: the call's path is in `?path=`, its body is the body, its session headers the headers. */
  async explain(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const search = new URL(req.url ?? '/', 'http://relay').searchParams;
    const asked = search.get('path') ?? '';
    const path = asked.startsWith(`${BASE}/`) ? asked.slice(BASE.length) : '';
    const endpoint = endpointAt(path);
    const exchange = this.#begin({ req, res, endpoint: endpoint ?? fallbackEndpoint(req, path), search: '' });
    if (req.method !== 'POST') {
      res.setHeader('allow', 'POST');
      return sendDenial(exchange, methodDenial(exchange, 'POST'));
    }
    if (endpoint && endpoint.operation !== 'stored_response')
      return answerExplanation(exchange, this.#relayDeps);
    const problem = 'Name the path that is asked about, e.g. "?path=/v1/messages".';
    sendDenial(exchange, { denied: 'bad_request', facts: { problem } });
  }

  async #models(exchange: Exchange, rest: string): Promise<void> {
    const who = { headers: exchange.req.headers, nowMs: exchange.startedAtMs };
    const caller = await authenticate(who, this.#relayDeps);
    const denial = isDenial(caller)
      ? caller
      : answerModels({ exchange, caller, rest }, this.#relayDeps.addresses);
    if (denial) refuse(exchange, denial).finish();
  }

  async #usage(exchange: Exchange, keyUsage: KeyUsage): Promise<void> {
    const failed = (error: unknown): Denial => {
      this.#deps.logger.error({ requestId: exchange.requestId, error }, 'usage can not be read');
      return { denied: 'internal' };
    };
    const denial = await answerKeyUsage(exchange, { ...this.#relayDeps, keyUsage }).catch(failed);
    if (denial) refuse(exchange, denial).finish();
  }

  #begin(start: Pick<Exchange, 'req' | 'res' | 'endpoint' | 'search'>): Exchange {
    const deps = this.#deps;
    return new Exchange({
      ...start,
      requestId: deps.nextRequestId(),
      snapshot: deps.snapshots.current(),
      clientIp: deps.clientIp?.(start.req) ?? start.req.socket.remoteAddress ?? '',
      startedAtMs: deps.clock.nowMs(),
      startedMonoMs: deps.clock.monotonicMs(),
      monotonicMs: deps.clock.monotonicMs,
    });
  }
}

/** A key that somebody put into the address is not repeated. */
function withoutKeys(path: string): string {
  return path.replace(/sk-relay-[^/?&#]*/gi, 'sk-relay-…');
}

/** For paths that are no endpoint: errors still come in the shape that the client seems to speak. */
function fallbackEndpoint(req: IncomingMessage, path: string): Endpoint {
  const anthropic = speaksAnthropic(req);
  const dialect = DIALECTS[anthropic ? 'anthropic-messages' : 'openai-chat'];
  return { path, dialect, operation: 'generate', methods: [] };
}

function speaksAnthropic(req: IncomingMessage): boolean {
  return req.headers['anthropic-version'] !== undefined || req.headers['x-api-key'] !== undefined;
}

function refuseMethod(exchange: Exchange, allow: string): void {
  exchange.res.setHeader('allow', allow);
  refuse(exchange, methodDenial(exchange, allow)).finish();
}

function methodDenial(exchange: Exchange, allow: string): Denial {
  return { denied: 'method_not_allowed', facts: { method: exchange.req.method ?? '', allow } };
}

/** Clients probe the base address before their first request. */
function answerBase(exchange: Exchange): void {
  const body = '{"object":"api","status":"ok"}';
  sendJson(exchange.res, { status: 200, body, headers: ownHeaders(exchange) });
}
