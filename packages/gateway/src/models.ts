// `GET /v1/models` and `/v1/models/{id}`: what a key may use, in Anthropic's or OpenAI's shape.
import type { AddressRules } from './address-rules.ts';
import type { Denial } from './denial.ts';
import type { Exchange } from './exchange.ts';
import { ownHeaders } from './headers.ts';
import type { Caller } from './ports.ts';
import { sendJson } from './reply.ts';
import type { Model } from './snapshot.ts';

export type ModelsQuestion = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  /** What follows `/models` in the path. */
  readonly rest: string;
};

/** Answers, or gives 403 / 404. Models that are not shown are left out of the list; by name, who may use one finds it. */
export function answerModels(question: ModelsQuestion, addresses: AddressRules): Denial | null {
  const { exchange, caller, rest } = question;
  if (caller.user.status !== 'active') return { denied: 'user_disabled' };
  if (!addresses.allow(caller.key.allowedIps, exchange.clientIp)) return { denied: 'ip_not_allowed' };
  const anthropic = exchange.endpoint.dialect.protocol === 'anthropic-messages';
  const usable = usableModels(exchange, caller);
  const wanted = rest === '' || rest === '/' ? null : decode(rest.slice(1));
  if (wanted === null) {
    const shown = usable.filter((model) => model.visible);
    reply(exchange, anthropic ? anthropicList(shown) : { object: 'list', data: shown.map(openAiModel) });
    return null;
  }
  const model = usable.find((candidate) => candidate.name === wanted);
  if (!model) return { denied: 'model_unknown', facts: { model: wanted.slice(0, 256) } };
  reply(exchange, anthropic ? anthropicModel(model) : openAiModel(model));
  return null;
}

/** Enabled models that this key allows and some enabled channel accepts. */
function usableModels(exchange: Exchange, caller: Caller): Model[] {
  const { snapshot } = exchange;
  const accepted = new Set<string>();
  for (const channel of snapshot.channels) {
    if (channel.enabled) for (const name of channel.models) accepted.add(name);
  }
  const allowed = caller.key.allowedModels;
  return [...snapshot.models.values()].filter(
    (model) =>
      model.enabled &&
      (accepted.has('*') || accepted.has(model.name)) &&
      (allowed.length === 0 || allowed.includes(model.name)),
  );
}

function anthropicList(models: readonly Model[]): object {
  const data = models.map(anthropicModel);
  return { data, has_more: false, first_id: models[0]?.name ?? null, last_id: models.at(-1)?.name ?? null };
}

function anthropicModel(model: Model): object {
  const createdAt = new Date(model.createdAtMs).toISOString();
  return { type: 'model', id: model.name, display_name: model.displayName, created_at: createdAt };
}

function openAiModel(model: Model): object {
  const created = Math.floor(model.createdAtMs / 1_000);
  return { id: model.name, object: 'model', created, owned_by: model.provider };
}

function reply(exchange: Exchange, body: object): void {
  sendJson(exchange.res, {
    status: 200,
    body: JSON.stringify(body),
    headers: ownHeaders(exchange),
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
