// The services' port for trying a channel, over the gateway's own prober: a test goes the way that traffic goes.
import type { Prober } from '@api-proxy/gateway/probe';
import { type Channel, DEFAULT_TIMEOUTS } from '@api-proxy/gateway/snapshot';
import type { Protocol } from '@api-proxy/protocols/protocol';
import type { ChannelProbe, ProbeTarget } from '@api-proxy/services/context';
import { spokenProtocols } from './snapshot-rows.ts';

const KEY_ID = 'probe';
/** Somebody waits at a form for the result. */
const PATIENCE_MS = 60_000;

export function channelProbe(prober: Prober): ChannelProbe {
  return {
    test: async (target, upstreamModel) => {
      const channel = channelOf(target);
      const result = await prober.probe(channel, {
        model: upstreamModel,
        protocol: protocolOf(channel, upstreamModel),
      });
      const { ok, status, latencyMs: durationMs } = result;
      return ok
        ? {
            ...{ ok, status, firstByteMs: result.firstByteMs, durationMs, answer: result.text, error: null },
            ...{ lesson: 'success', complaint: null },
          }
        : {
            ok,
            status,
            firstByteMs: null,
            durationMs,
            answer: null,
            error: `${result.reason}: ${result.message}`,
            lesson: result.lesson,
            complaint: result.complaint,
          };
    },
    listModels: async (target) => {
      const result = await prober.listModels(channelOf(target));
      return result.ok ? { ok: true, models: [...result.models] } : { ok: false, error: result.message };
    },
  };
}

/** Names tell what kind of model it is; an embedding model refuses every other call. */
function protocolOf({ protocols }: Channel, model: string): Protocol {
  if (/embed/i.test(model) && protocols.includes('openai-embeddings')) return 'openai-embeddings';
  return protocols[0] ?? 'openai-chat';
}

function channelOf(target: ProbeTarget): Channel {
  return {
    id: target.channelId ?? '',
    name: '',
    type: target.type,
    baseUrl: target.baseUrl,
    keys: [{ id: KEY_ID, secret: target.secret, enabled: true }],
    models: ['*'],
    protocols: spokenProtocols(target),
    weight: 1,
    priority: 0,
    maxConcurrency: null,
    enabled: true,
    extraHeaders: target.extraHeaders,
    // The name is already the upstream's.
    modelRenames: {},
    connectTimeoutMs: DEFAULT_TIMEOUTS.connectTimeoutMs,
    firstByteTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    proxyUrl: target.proxyUrl,
    http2: target.http2,
  };
}
