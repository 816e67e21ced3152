// One small call to a channel, and its list of models: for tests of a channel by hand and by schedule.
import type { LookupFunction } from 'node:net';
import type { Clock } from '@api-proxy/kit/clock';
import { isRecord, parseJson, textAt } from '@api-proxy/protocols/json';
import type { Protocol } from '@api-proxy/protocols/protocol';
import { DIALECTS } from '@api-proxy/protocols/registry';
import type { Usage } from '@api-proxy/protocols/usage';
import { upstreamHeaders } from './headers.ts';
import type { KeyComplaint, Lesson } from './ports.ts';
import { answerText, PROBES } from './probe-calls.ts';
import { redact } from './redact.ts';
import { classify, type Signal } from './routing/classify.ts';
import { complaintOf } from './routing/complaint.ts';
import { targetOf } from './routing/target.ts';
import type { Channel, ChannelKey } from './snapshot.ts';
import { signalOf } from './steps/signal.ts';
import { Deadlines } from './upstream/deadlines.ts';
import { UpstreamPools, type UpstreamRequest } from './upstream/pools.ts';
import { type Opening, UpstreamCall } from './upstream/upstream-call.ts';

export type ProbeFailure = {
  readonly ok: false;
  /** The upstream's status, null when it sent none. */
  readonly status: number | null;
  readonly latencyMs: number;
  /** A reason of the failure table, or `no_enabled_key`, `address_invalid`, `protocol_unavailable`. */
  readonly reason: string;
  /** What the upstream said, without credentials; at most 16 KB. */
  readonly message: string;
  /** What the same failure of a request would teach about the channel key. */
  readonly lesson: Lesson;
  /** What the upstream said about the credential itself. */
  readonly complaint: KeyComplaint['kind'] | null;
};

export type ProbeResult =
  | {
      readonly ok: true;
      readonly status: number;
      readonly latencyMs: number;
      readonly firstByteMs: number;
      /** What came back, at most 500 characters. */
      readonly text: string;
      readonly usage: Usage | null;
    }
  | ProbeFailure;

export type ModelListResult = { readonly ok: true; readonly models: readonly string[] } | ProbeFailure;

export type ProbeInput = {
  /** Public or upstream name; the channel's renames apply. */
  readonly model: string;
  /** Default: the first dialect that the channel speaks. */
  readonly protocol?: Protocol;
  /** Default: the first enabled key. */
  readonly channelKeyId?: string;
};

export type Prober = {
  /** Never rejects. */
  probe(channel: Channel, input: ProbeInput): Promise<ProbeResult>;
  /** The names at the channel's `GET /models`. Never rejects. */
  listModels(channel: Channel): Promise<ModelListResult>;
  close(): Promise<void>;
};

/** A prober with sockets of its own, so that probes and traffic don't wait for each other. */
export function createProber(clock: Clock, lookup?: LookupFunction): Prober {
  // Each probe has a socket of its own: one that a server closed meanwhile would look like a fault of the channel.
  const pools = new UpstreamPools({ connections: 1_024, keepAliveMs: 0, lookup });
  const deadlines = new Deadlines(clock.monotonicMs);
  const exchange = (channel: Channel, key: ChannelKey, asked: Asked) =>
    ask({ channel, key, asked, pools, deadlines, clock });
  return {
    probe: async (channel, input) => {
      const protocol = input.protocol ?? channel.protocols[0];
      const key = keyOf(channel, input.channelKeyId);
      if (!key) return notSent('no_enabled_key', 'The channel has no enabled key.');
      if (!protocol) return notSent('protocol_unavailable', 'The channel speaks no protocol.');
      const renamed = Object.hasOwn(channel.modelRenames, input.model)
        ? channel.modelRenames[input.model]
        : undefined;
      const { path, body } = PROBES[protocol];
      const model = renamed ?? input.model;
      const sent = Buffer.from(JSON.stringify(body(model)));
      const result = await exchange(channel, key, { method: 'POST', path, body: sent, protocol, model });
      if (!result.ok) return result;
      const { status, latencyMs, firstByteMs, answer } = result;
      const text = answerText(protocol, parseJson(answer.toString())).slice(0, 500);
      return {
        ok: true,
        status,
        latencyMs,
        firstByteMs,
        text,
        usage: DIALECTS[protocol].usageOfBody(answer),
      };
    },
    listModels: async (channel) => {
      const key = keyOf(channel, undefined);
      if (!key) return notSent('no_enabled_key', 'The channel has no enabled key.');
      const path = channel.type === 'claude' ? '/models?limit=1000' : '/models';
      const protocol = channel.type === 'claude' ? 'anthropic-messages' : 'openai-chat';
      const result = await exchange(channel, key, { method: 'GET', path, body: null, protocol, model: '' });
      return result.ok ? { ok: true, models: namesIn(parseJson(result.answer.toString())) } : result;
    },
    close: async () => {
      deadlines.close();
      await pools.close();
    },
  };
}

type Asked = Pick<UpstreamRequest, 'method' | 'path' | 'body'> & {
  readonly protocol: Protocol;
  /** Empty for the list of models. */
  readonly model: string;
};

type AskInput = {
  readonly channel: Channel;
  readonly key: ChannelKey;
  readonly asked: Asked;
  readonly pools: UpstreamPools;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
};

type Answered = { ok: true; status: number; latencyMs: number; firstByteMs: number; answer: Buffer };

/** A probe's answer is small; more than this is not read. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

async function ask(input: AskInput): Promise<Answered | ProbeFailure> {
  const { channel, key, asked, clock } = input;
  const began = clock.monotonicMs();
  const call = new UpstreamCall({
    deadlines: input.deadlines,
    monotonicMs: clock.monotonicMs,
    firstByteTimeoutMs: channel.firstByteTimeoutMs,
    idleTimeoutMs: channel.idleTimeoutMs,
  });
  try {
    const target = targetOf(channel);
    input.pools.dispatch(
      {
        origin: target.origin,
        path: target.root + asked.path,
        method: asked.method,
        headers: upstreamHeaders({ 'content-type': 'application/json' }, channel, key),
        body: asked.body,
        connectTimeoutMs: channel.connectTimeoutMs,
        proxyUrl: channel.proxyUrl ?? null,
        http2: channel.http2 ?? false,
      },
      call,
    );
  } catch (thrown) {
    call.abort();
    return notSent(
      'address_invalid',
      thrown instanceof Error ? thrown.message : 'The request could not be sent.',
    );
  }
  const opening = await call.opened;
  const answer = opening.kind === 'answer' ? await wholeAnswer(call, opening) : null;
  const latencyMs = clock.monotonicMs() - began;
  const signal = signalOf(opening, DIALECTS[asked.protocol]);
  if (signal || opening.kind !== 'answer' || answer === null) {
    const said =
      opening.kind === 'failure'
        ? opening.message
        : signal && 'text' in signal
          ? signal.text
          : 'The answer broke off.';
    const status = opening.kind === 'failure' ? null : opening.status;
    const message = redact(said, key.secret.reveal());
    return { ok: false, status, latencyMs, message, ...lessonOf(signal ?? { kind: 'reset' }, asked.model) };
  }
  const firstByteMs = (call.headMonoMs ?? began) - began;
  return { ok: true, status: opening.status, latencyMs, firstByteMs, answer };
}

function lessonOf(signal: Signal, model: string): Pick<ProbeFailure, 'reason' | 'lesson' | 'complaint'> {
  const verdict = classify(signal, model);
  return { reason: verdict.reason, lesson: verdict.lesson, complaint: complaintOf(signal, verdict) };
}

/** The body to its end, or null when it broke off or is too long. */
function wholeAnswer(
  call: UpstreamCall,
  opening: Extract<Opening, { kind: 'answer' }>,
): Promise<Buffer | null> {
  const parts = [opening.first];
  let bytes = opening.first.length;
  return new Promise((resolve) => {
    call.attach({
      data: (chunk) => {
        parts.push(chunk);
        bytes += chunk.length;
        if (bytes > LARGEST_ANSWER) call.abort();
        return true;
      },
      end: () => resolve(Buffer.concat(parts)),
      fail: () => resolve(null),
    });
  });
}

function keyOf(channel: Channel, id: string | undefined): ChannelKey | undefined {
  return id === undefined
    ? channel.keys.find((key) => key.enabled)
    : channel.keys.find((key) => key.id === id);
}

function notSent(reason: string, message: string): ProbeFailure {
  return { ok: false, status: null, latencyMs: 0, reason, message, lesson: 'nothing', complaint: null };
}

function namesIn(list: unknown): string[] {
  const data = isRecord(list) ? (list.data ?? list.models) : list;
  if (!Array.isArray(data)) return [];
  const names = data.map((entry: unknown) =>
    typeof entry === 'string' ? entry : (textAt(entry, 'id') ?? textAt(entry, 'name')),
  );
  return [...new Set(names.filter((name) => name !== null))].sort();
}
