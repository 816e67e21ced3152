// The gateway as a whole: takes requests on `/v1/*`, counts them, and owns the upstream sockets.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Roster } from '@api-proxy/kit/roster';
import { AddressRules } from './address-rules.ts';
import type { GatewayDeps } from './ports.ts';
import type { RelayDeps } from './relay.ts';
import { Router } from './router.ts';
import { MemoryAffinity } from './routing/affinity.ts';
import { CandidateIndex } from './routing/candidates.ts';
import { healthBoundsOf, MemoryChannelHealth } from './routing/health.ts';
import { Network } from './routing/network.ts';
import { MemoryChannelSlots } from './routing/slots.ts';
import { WaitingRoom } from './routing/waiting-room.ts';
import { Deadlines } from './upstream/deadlines.ts';
import { UpstreamPools } from './upstream/pools.ts';

export type Gateway = {
  /** Answers one request whose path is `/v1` or below. Never throws. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Answers one `POST /api/v1/explain?path=/v1/…` of a caller with a relay key. Never throws. */
  explain(req: IncomingMessage, res: ServerResponse): void;
  /** Requests that are running. */
  inFlight(): number;
  /** Ends what is still running: clients get an error of their dialect, rows say `interrupted` and charge what was delivered. */
  interrupt(): void;
  /** Ends the upstream connections, also those in use; call it after draining. */
  close(): Promise<void>;
};

const DEFAULT_CONNECTIONS = 8_192;

export function createGateway(deps: GatewayDeps): Gateway {
  const pools = new UpstreamPools({
    connections: deps.connectionsPerOrigin ?? DEFAULT_CONNECTIONS,
    lookup: deps.lookup,
  });
  const deadlines = new Deadlines(deps.clock.monotonicMs);
  const relayDeps = relayDepsOf(deps, pools, deadlines);
  const router = new Router(deps, relayDeps);
  let running = 0;

  const serve = async (res: ServerResponse, work: () => Promise<void>): Promise<void> => {
    running++;
    try {
      await work();
    } catch (thrown) {
      deps.logger.error({ error: thrown }, 'a request failed outside its journey');
      res.destroy();
    } finally {
      running--;
    }
  };

  return {
    handle: (req, res) => void serve(res, () => router.route(req, res)),
    explain: (req, res) => void serve(res, () => router.explain(req, res)),
    inFlight: () => running,
    interrupt: () => {
      for (const exchange of relayDeps.running.all()) exchange.interrupt();
    },
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
    health: deps.health ?? new MemoryChannelHealth(() => healthBoundsOf(deps.snapshots.current())),
    network: new Network(),
    slots: deps.slots ?? new MemoryChannelSlots(),
    draining: { count: 0 },
    running: new Roster(),
    slotQueue: new WaitingRoom(),
    placeQueue: new WaitingRoom(),
    affinity: deps.affinity ?? new MemoryAffinity(deps.clock.nowMs),
    makers: deps.makers ?? new MemoryAffinity(deps.clock.nowMs),
    thinkingMakers: deps.thinkingMakers ?? new MemoryAffinity(deps.clock.nowMs),
    random: deps.random ?? Math.random,
    nowMs: deps.clock.nowMs,
    monotonicMs: deps.clock.monotonicMs,
  };
}
