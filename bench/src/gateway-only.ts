// The data plane alone: the gateway of the product with ports that keep everything in memory and do next to nothing.
import { createServer } from 'node:http';
import process from 'node:process';
import { createGateway } from '@api-proxy/gateway/gateway';
import type { Caller } from '@api-proxy/gateway/ports';
import {
  type Channel,
  DEFAULT_RELAY_SETTINGS,
  DEFAULT_TIMEOUTS,
  type Model,
  type Price,
  type Snapshot,
} from '@api-proxy/gateway/snapshot';
import { systemClock } from '@api-proxy/kit/clock';
import { idSequence } from '@api-proxy/kit/id';
import { silentLogger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import { sendToParent } from './measure/messages.ts';
import { MODEL } from './targets/target.ts';

const caller: Caller = {
  user: { id: 'usr_1', role: 'user', status: 'active', multiplierPpm: 1_000_000, limits: null },
  key: {
    ...{ id: 'key_1', name: 'bench', status: 'active', expiresAtMs: null },
    ...{ allowedModels: [], allowedIps: [], limits: null },
  },
};

function channel(type: Channel['type'], port: string): Channel {
  return {
    ...{ id: `chn_${type}`, name: type, type, baseUrl: `http://127.0.0.1:${port}`, models: ['*'] },
    keys: [{ id: `${type}_key`, secret: new Secret('upstream-secret'), enabled: true }],
    protocols: type === 'claude' ? ['anthropic-messages'] : ['openai-chat'],
    ...{ weight: 1, priority: 0, maxConcurrency: null, enabled: true },
    ...{ extraHeaders: {}, modelRenames: {}, ...DEFAULT_TIMEOUTS },
  };
}

const model: Model = {
  ...{ id: 'mdl_1', name: MODEL, provider: 'bench', displayName: MODEL, enabled: true, visible: true },
  ...{ upstreamModel: null, maxOutputTokens: null, createdAtMs: 0 },
};

const price: Price = {
  ...{ id: 'prc_1', channelId: null, longContext: null, effectiveFromMs: 0 },
  inputNanoPerMTok: 3_000_000_000n,
  outputNanoPerMTok: 15_000_000_000n,
  cacheReadNanoPerMTok: 300_000_000n,
  cacheWrite5mNanoPerMTok: 3_750_000_000n,
  cacheWrite1hNanoPerMTok: 6_000_000_000n,
};

const port = process.argv[2] ?? '';
const snapshot: Snapshot = {
  version: 1,
  settings: DEFAULT_RELAY_SETTINGS,
  channels: [channel('claude', port), channel('openai', port)],
  models: new Map([[MODEL, model]]),
  prices: new Map([[MODEL, [price]]]),
};
const nothing = { release: () => {} };

const gateway = createGateway({
  callers: { find: () => caller },
  hashCredential: (text) => text,
  snapshots: { current: () => snapshot },
  admission: { take: () => nothing },
  purse: { hold: () => nothing },
  settlements: { settle: () => {}, whenWritten: (then) => then() },
  clock: systemClock,
  logger: silentLogger,
  nextRequestId: idSequence('req'),
  connectionsPerOrigin: 4_096,
});
const server = createServer({ noDelay: true, keepAliveTimeout: 75_000 }, (req, res) =>
  gateway.handle(req, res),
);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const address = server.address();
  sendToParent({ ready: { port: typeof address === 'object' && address !== null ? address.port : 0 } });
});
process.on('disconnect', () => process.exit(0));
