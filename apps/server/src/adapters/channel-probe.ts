// One small call to an upstream on an admin's behalf, over the same client as the relay's own calls.
import { pushCredential } from '@api-proxy/gateway/headers';
import { targetOf } from '@api-proxy/gateway/routing/target';
import { Deadlines } from '@api-proxy/gateway/upstream/deadlines';
import { UpstreamPools } from '@api-proxy/gateway/upstream/pools';
import { type Opening, UpstreamCall } from '@api-proxy/gateway/upstream/upstream-call';
import type { Clock } from '@api-proxy/kit/clock';
import { messageOf } from '@api-proxy/kit/error';
import type { ChannelProbe, ProbeResult, ProbeTarget } from '@api-proxy/services/context';
import { z } from 'zod';

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;
const LARGEST_ANSWER = 256 * 1024;
const SOCKETS_PER_ORIGIN = 4;
const QUESTION = 'Reply with the single word: OK';

type Shape = { path: string; body: Record<string, unknown> };

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

export type OwnedChannelProbe = ChannelProbe & { close(): Promise<void> };

export function channelProbe({ clock }: { clock: Clock }): OwnedChannelProbe {
  const deadlines = new Deadlines(clock.monotonicMs);
  const pools = new UpstreamPools(SOCKETS_PER_ORIGIN);
  const ask = (target: ProbeTarget, method: 'GET' | 'POST', shape: Shape) => {
    const call = new UpstreamCall({
      deadlines,
      monotonicMs: clock.monotonicMs,
      firstByteTimeoutMs: ANSWER_TIMEOUT_MS,
      idleTimeoutMs: ANSWER_TIMEOUT_MS,
    });
    const { origin, root } = targetOf(target);
    const body = method === 'POST' ? Buffer.from(JSON.stringify(shape.body)) : null;
    const headers = headersOf(target);
    pools.dispatch(
      { origin, path: `${root}${shape.path}`, method, headers, body, connectTimeoutMs: CONNECT_TIMEOUT_MS },
      call,
    );
    return call;
  };
  return {
    test: (target, upstreamModel) => timed(clock, () => ask(target, 'POST', shapeOf(target, upstreamModel))),
    listModels: async (target) => {
      const result = await timed(
        clock,
        () => ask(target, 'GET', { path: '/models', body: {} }),
        LARGEST_ANSWER,
      );
      if (!result.ok) return { ok: false, error: result.error ?? `status ${result.status}` };
      const parsed = modelListSchema.safeParse(jsonOf(result.answer ?? ''));
      if (!parsed.success) return { ok: false, error: 'its answer is no list of models' };
      return { ok: true, models: parsed.data.data.map(({ id }) => id) };
    },
    close: async () => {
      deadlines.close();
      await pools.close();
    },
  };
}

function headersOf(target: ProbeTarget): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  if (target.type === 'claude') headers.push('anthropic-version', '2023-06-01');
  pushCredential(headers, target.type, { id: '', secret: target.secret, enabled: true });
  for (const [name, value] of Object.entries(target.extraHeaders)) headers.push(name.toLowerCase(), value);
  return headers;
}

/** The cheapest call that the upstream must understand. */
function shapeOf({ type, speaks }: ProbeTarget, model: string): Shape {
  const messages = [{ role: 'user', content: QUESTION }];
  if (type === 'claude') return { path: '/messages', body: { model, max_tokens: 16, messages } };
  if (/embed/i.test(model)) return { path: '/embeddings', body: { model, input: QUESTION } };
  if (speaks === 'responses') {
    return { path: '/responses', body: { model, input: QUESTION, max_output_tokens: 16, store: false } };
  }
  return { path: '/chat/completions', body: { model, messages } };
}

/** Runs a call to its end and measures it; whatever goes wrong is part of the result. */
async function timed(clock: Clock, begin: () => UpstreamCall, cap = 16 * 1024): Promise<ProbeResult> {
  const startMs = clock.monotonicMs();
  const failed = (error: string, status: number | null): ProbeResult => ({
    ok: false,
    status,
    firstByteMs: null,
    durationMs: clock.monotonicMs() - startMs,
    answer: null,
    error,
  });
  try {
    const call = begin();
    const opening = await call.opened;
    if (opening.kind === 'failure') return failed(opening.message, null);
    if (opening.kind === 'rejection')
      return failed(opening.body.toString('utf8').slice(0, cap), opening.status);
    const firstByteMs = clock.monotonicMs() - startMs;
    const answer = await restOf(call, opening, cap);
    const durationMs = clock.monotonicMs() - startMs;
    return { ok: true, status: opening.status, firstByteMs, durationMs, answer, error: null };
  } catch (thrown) {
    return failed(messageOf(thrown), null);
  }
}

/** The answer's text, cut at `cap` bytes. @throws when it breaks off before that. */
function restOf(
  call: UpstreamCall,
  opening: Extract<Opening, { kind: 'answer' }>,
  cap: number,
): Promise<string> {
  const parts = [opening.first];
  let size = opening.first.length;
  const text = () => Buffer.concat(parts).subarray(0, cap).toString('utf8');
  if (opening.ended || size >= cap) {
    call.abort();
    return Promise.resolve(text());
  }
  return new Promise((resolve, reject) => {
    call.attach({
      data: (chunk) => {
        parts.push(chunk);
        size += chunk.length;
        if (size >= cap) {
          resolve(text());
          call.abort();
        }
        return true;
      },
      end: () => resolve(text()),
      fail: (_cause, message) => reject(new Error(message)),
    });
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
