// One small streamed call to the relay, made from this page with the visitor's own key.

import type { availableModel } from '@api-proxy/contracts/usage';
import type { z } from 'zod';

export type CallableModel = z.infer<typeof availableModel>;

type StreamedProtocol = Exclude<CallableModel['protocols'][number], 'openai-embeddings'>;

type Dialect = {
  path: string;
  body: (model: string, question: string) => object;
  /** The text that one event's data carries, if any. */
  text: (data: object) => unknown;
};

const MAX_TOKENS = 64;

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}

const DIALECTS: Record<StreamedProtocol, Dialect> = {
  'anthropic-messages': {
    path: '/v1/messages',
    body: (model, question) => ({
      model,
      max_tokens: MAX_TOKENS,
      messages: [{ role: 'user', content: question }],
    }),
    text: (data) => at(data, 'delta', 'text'),
  },
  'openai-chat': {
    path: '/v1/chat/completions',
    body: (model, question) => ({ model, messages: [{ role: 'user', content: question }] }),
    text: (data) => at(data, 'choices', 0, 'delta', 'content'),
  },
  'openai-responses': {
    path: '/v1/responses',
    body: (model, question) => ({ model, input: question }),
    text: (data) => (at(data, 'type') === 'response.output_text.delta' ? at(data, 'delta') : undefined),
  },
};

function streamedProtocol(model: CallableModel): StreamedProtocol | undefined {
  return model.protocols.find((protocol): protocol is StreamedProtocol => protocol in DIALECTS);
}

/** The model to try first: one that has a price and answers in words; undefined when there is none. */
export function modelToTry(models: readonly CallableModel[]): CallableModel | undefined {
  const able = models.filter((model) => streamedProtocol(model) !== undefined);
  return able.find((model) => model.priced) ?? able[0];
}

/** The text that whole `data:` lines of an event stream carry in this protocol. */
export function textOfLines(protocol: StreamedProtocol, lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    if (!line.startsWith('data:') || line.includes('[DONE]')) continue;
    const data: unknown = JSON.parse(line.slice(5));
    const piece = typeof data === 'object' && data !== null ? DIALECTS[protocol].text(data) : undefined;
    if (typeof piece === 'string') text += piece;
  }
  return text;
}

/** What the relay says in a refusal, whichever protocol it speaks. */
function refusalText(status: number, body: string): string {
  try {
    const message = at(JSON.parse(body), 'error', 'message');
    if (typeof message === 'string') return `${status} · ${message}`;
  } catch {
    // Not JSON: the status alone has to do.
  }
  return String(status);
}

export type SmallCall = {
  model: CallableModel;
  secret: string;
  question: string;
  /** Called with each further piece of the answer. */
  onText: (piece: string) => void;
};

/** Makes the call and follows its stream to the end. @throws Error with what the relay said, when it refused. */
export async function makeSmallCall({ model, secret, question, onText }: SmallCall): Promise<void> {
  const protocol = streamedProtocol(model);
  if (!protocol) throw new Error(model.name);
  const { path, body } = DIALECTS[protocol];
  const response = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body(model.name, question), stream: true }),
  });
  if (!response.ok || !response.body) throw new Error(refusalText(response.status, await response.text()));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split(/\r?\n/);
    rest = lines.pop() ?? '';
    onText(textOfLines(protocol, lines));
  }
}
