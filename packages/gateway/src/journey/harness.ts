// A gateway over real sockets with plain in-memory ports, for the journey tests.
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@api-proxy/kit/clock';
import { idSequence } from '@api-proxy/kit/id';
import { silentLogger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import type { ExchangeRecord } from '../exchange-record.ts';
import { createGateway } from '../gateway.ts';
import type { Caller, GatewayDeps, LiveEvent } from '../ports.ts';
import {
  type Channel,
  DEFAULT_RELAY_SETTINGS,
  DEFAULT_TIMEOUTS,
  type Model,
  type Price,
  type Snapshot,
} from '../snapshot.ts';

export const KEY = 'sk-relay-test-00000000000000000000000000000000';
export const UPSTREAM_KEY = 'sk-upstream-canary-0123456789abcdef';

export function channel(over: Partial<Channel> & Pick<Channel, 'id' | 'baseUrl'>): Channel {
  return {
    name: over.id,
    type: 'openai',
    keys: [{ id: `${over.id}_key`, secret: new Secret(UPSTREAM_KEY), enabled: true }],
    models: ['*'],
    protocols: ['openai-chat', 'openai-responses', 'openai-embeddings'],
    weight: 1,
    priority: 0,
    maxConcurrency: null,
    enabled: true,
    extraHeaders: {},
    modelRenames: {},
    ...DEFAULT_TIMEOUTS,
    ...over,
  };
}

/** A channel of each family at one address. */
export function bothFamilies(baseUrl: string): Channel[] {
  return [
    channel({ id: 'chn_openai', baseUrl }),
    channel({ id: 'chn_claude', baseUrl, type: 'claude', protocols: ['anthropic-messages'] }),
  ];
}

export function model(name: string, over: Partial<Model> = {}): Model {
  return {
    id: `mdl_${name}`,
    name,
    provider: 'test',
    displayName: name,
    enabled: true,
    visible: true,
    upstreamModel: null,
    maxOutputTokens: null,
    createdAtMs: 1_750_000_000_000,
    ...over,
  };
}

/** $3 in, $15 out, $0.30 read, $3.75 and $6 written, per million tokens. */
export const PRICE: Price = {
  id: 'prc_1',
  channelId: null,
  inputNanoPerMTok: 3_000_000_000n,
  outputNanoPerMTok: 15_000_000_000n,
  cacheReadNanoPerMTok: 300_000_000n,
  cacheWrite5mNanoPerMTok: 3_750_000_000n,
  cacheWrite1hNanoPerMTok: 6_000_000_000n,
  longContext: null,
  effectiveFromMs: 0,
};

export function snapshot(channels: readonly Channel[], over: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1,
    settings: { ...DEFAULT_RELAY_SETTINGS, unpricedPolicy: 'free', rechargeMessage: 'Ask finance.' },
    channels,
    models: new Map(),
    prices: new Map(),
    ...over,
  };
}

export function caller(over: { user?: Partial<Caller['user']>; key?: Partial<Caller['key']> } = {}): Caller {
  return {
    user: {
      id: 'usr_1',
      role: 'user',
      status: 'active',
      multiplierPpm: 1_000_000,
      limits: null,
      ...over.user,
    },
    key: {
      id: 'key_1',
      name: 'test',
      status: 'active',
      expiresAtMs: null,
      allowedModels: [],
      allowedIps: [],
      limits: null,
      ...over.key,
    },
  };
}

export type TestRelay = {
  readonly port: number;
  readonly records: ExchangeRecord[];
  readonly live: LiveEvent[];
  /** Passes and holds that are out. */
  readonly out: { passes: number; holds: number };
  readonly gateway: ReturnType<typeof createGateway>;
  /** The next record that is booked. */
  nextRecord(): Promise<ExchangeRecord>;
  close(): Promise<void>;
};

/** Starts a gateway; `over` replaces ports. */
export async function startRelay(current: Snapshot, over: Partial<GatewayDeps> = {}): Promise<TestRelay> {
  const records: ExchangeRecord[] = [];
  const live: LiveEvent[] = [];
  const out = { passes: 0, holds: 0 };
  const waiting: ((record: ExchangeRecord) => void)[] = [];
  const gateway = createGateway({
    callers: { find: (hash) => (hash === `hash of ${KEY}` ? caller() : null) },
    hashCredential: (text) => `hash of ${text}`,
    snapshots: { current: () => current },
    admission: {
      take: () => {
        out.passes++;
        return { release: () => void out.passes-- };
      },
    },
    purse: {
      hold: () => {
        out.holds++;
        return { release: () => void out.holds-- };
      },
    },
    settlements: {
      settle: (record) => {
        records.push(record);
        waiting.shift()?.(record);
      },
      whenWritten: (then) => then(),
    },
    live: { publish: (event) => void live.push(event) },
    clock: systemClock,
    logger: silentLogger,
    nextRequestId: idSequence('req'),
    ...over,
  });
  const server = createServer((req, res) =>
    req.url?.startsWith('/api/v1/explain') ? gateway.explain(req, res) : gateway.handle(req, res),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server.address()),
    records,
    live,
    out,
    gateway,
    nextRecord: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await gateway.close();
    },
  };
}

export function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

export type Sent = {
  readonly port: number;
  readonly path: string;
  readonly body?: unknown;
  readonly method?: string;
  readonly headers?: Record<string, string>;
};

export type Got = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  readonly json: unknown;
  /** Chunks with the time they came (performance.now). */
  readonly chunks: readonly { readonly atMs: number; readonly bytes: Buffer }[];
  /** False when the connection ended before the answer did. */
  readonly complete: boolean;
};

/** One request over a socket of its own. Buffers and strings are sent as they are, other bodies as JSON. */
export function call(sent: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const body = bytesOf(sent.body);
    const req = request({
      port: sent.port,
      host: '127.0.0.1',
      path: sent.path,
      method: sent.method ?? (body ? 'POST' : 'GET'),
      agent: false,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {}),
        ...sent.headers,
      },
    });
    req.on('response', (res) => {
      const chunks: { atMs: number; bytes: Buffer }[] = [];
      res.on('data', (bytes: Buffer) => chunks.push({ atMs: performance.now(), bytes }));
      res.on('error', () => {});
      res.on('close', () => {
        const whole = Buffer.concat(chunks.map((chunk) => chunk.bytes));
        const text = whole.toString();
        const status = res.statusCode ?? 0;
        resolve({
          status,
          headers: res.headers,
          body: whole,
          text,
          json: parse(text),
          chunks,
          complete: res.complete,
        });
      });
    });
    req.on('error', reject);
    req.end(body ?? undefined);
  });
}

function bytesOf(body: unknown): Buffer | null {
  if (body === undefined) return null;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
