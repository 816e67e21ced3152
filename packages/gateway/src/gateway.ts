// The gateway as a whole: routes `/v1/*` to the relay and to the list of models, and owns the upstream sockets.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DIALECTS, type Endpoint, endpointAt } from '@api-proxy/protocols/registry';
import { AddressRules } from './address-rules.ts';
import type { Denial } from './denial.ts';
import { isDenial } from './denial.ts';
import { refuse } from './ending.ts';
import { Exchange } from './exchange.ts';
import { answerModels } from './models.ts';
import type { GatewayDeps } from './ports.ts';
import { type RelayDeps, relay } from './relay.ts';
import { sendJson } from './reply.ts';
import { CandidateIndex } from './routing/candidates.ts';
import { MemoryChannelHealth } from './routing/health.ts';
import { MemoryChannelSlots } from './routing/slots.ts';
import { authenticate } from './steps/authenticate.ts';
import { Deadlines } from './upstream/deadlines.ts';
import { UpstreamPools } from './upstream/pools.ts';

export type Gateway = {
  /** Answers one request whose path is `/v1` or below. Never throws. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Requests that are running. */
  inFlight(): number;
  /** Ends the upstream connections, also those in use; call it after draining. */
  close(): Promise<void>;
};

const DEFAULT_CONNECTIONS = 1_024;

export function createGateway(deps: GatewayDeps): Gateway {
  const pools = new UpstreamPools(deps.connectionsPerOrigin ?? DEFAULT_CONNECTIONS);
  const deadlines = new Deadlines(deps.clock.monotonicMs);
  const relayDeps = relayDepsOf(deps, pools, deadlines);
  let running = 0;

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    running++;
    try {
      await route(req, res);
    } catch (thrown) {
      deps.logger.error({ error: thrown }, 'a request failed outside its journey');
      res.destroy();
    } finally {
      running--;
    }
  };

  const route = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = req.url ?? '/';
    const question = url.indexOf('?');
    const path = (question === -1 ? url : url.slice(0, question)).slice('/v1'.length);
    const search = question === -1 ? '' : url.slice(question);
    const endpoint = endpointAt(path);
    const exchange = begin({ req, res, endpoint: endpoint ?? fallbackEndpoint(req, path), search });
    if (endpoint && req.method === 'POST') return relay(exchange, relayDeps);
    if (endpoint) return refuseMethod(exchange, 'POST');
    const reads = req.method === 'GET' || req.method === 'HEAD';
    if (path === '' || path === '/') return reads ? answerBase(res) : refuseMethod(exchange, 'GET');
    if (path === '/models' || path.startsWith('/models/')) {
      return reads ? models(exchange, path.slice('/models'.length)) : refuseMethod(exchange, 'GET');
    }
    refuse(exchange, { denied: 'path_unknown', facts: { path: url.slice(0, 200) } }).finish();
  };

  const models = async (exchange: Exchange, rest: string): Promise<void> => {
    const caller = await authenticate(
      { headers: exchange.req.headers, nowMs: exchange.startedAtMs },
      relayDeps,
    );
    const denial: Denial | null = isDenial(caller) ? caller : answerModels(exchange, caller, rest);
    if (denial) refuse(exchange, denial).finish();
  };

  const begin = (start: Pick<Exchange, 'req' | 'res' | 'endpoint' | 'search'>): Exchange =>
    new Exchange({
      ...start,
      requestId: deps.nextRequestId(),
      snapshot: deps.snapshots.current(),
      clientIp: deps.clientIp?.(start.req) ?? start.req.socket.remoteAddress ?? '',
      startedAtMs: deps.clock.nowMs(),
      startedMonoMs: deps.clock.monotonicMs(),
    });

  return {
    handle: (req, res) => void serve(req, res),
    inFlight: () => running,
    close: async () => {
      deadlines.close();
      await pools.close();
    },
  };
}

function relayDepsOf(deps: GatewayDeps, pools: UpstreamPools, deadlines: Deadlines): RelayDeps {
  return {
    ...deps,
    pools,
    deadlines,
    addresses: new AddressRules(),
    candidates: new CandidateIndex(),
    health: deps.health ?? new MemoryChannelHealth(() => deps.snapshots.current().settings.cooldown),
    slots: deps.slots ?? new MemoryChannelSlots(),
    random: deps.random ?? Math.random,
    nowMs: deps.clock.nowMs,
    monotonicMs: deps.clock.monotonicMs,
  };
}

/** For paths that are no endpoint: errors still come in the shape that the client seems to speak. */
function fallbackEndpoint(req: IncomingMessage, path: string): Endpoint {
  const anthropic = speaksAnthropic(req);
  return { path, dialect: DIALECTS[anthropic ? 'anthropic-messages' : 'openai-chat'], operation: 'generate' };
}

function speaksAnthropic(req: IncomingMessage): boolean {
  return req.headers['anthropic-version'] !== undefined || req.headers['x-api-key'] !== undefined;
}

function refuseMethod(exchange: Exchange, allow: string): void {
  const facts = { method: exchange.req.method ?? '', allow };
  exchange.res.setHeader('allow', allow);
  refuse(exchange, { denied: 'method_not_allowed', facts }).finish();
}

/** Clients probe the base address before their first request. */
function answerBase(res: ServerResponse): void {
  sendJson(res, { status: 200, body: '{"object":"api","status":"ok"}', headers: [] });
}
