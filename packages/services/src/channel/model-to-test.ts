// Which model a channel test asks for when the caller names none: a cheap one that the channel has.
import { models } from '@api-proxy/db/schema/models';
import { asc, eq } from 'drizzle-orm';
import type { Context, ProbeTarget } from '../context.ts';
import type { StoredChannel } from './channel-view.ts';

/** Asked for when the upstream does not tell what it has; its answer then says what is wrong. */
const USUAL = { claude: 'claude-haiku-4-5', openai: 'gpt-5-nano' };
const CHEAP = /haiku|nano|mini|flash|lite|small/i;
const NO_CHAT = /embed|whisper|tts|audio|image|dall-e|moderation|realtime|transcribe|sora|rerank/i;

/** The cheapest-looking model of a list that answers in words; undefined for an empty list. */
export function cheapModel(names: readonly string[]): string | undefined {
  const chatty = names.filter((name) => !NO_CHAT.test(name));
  return chatty.find((name) => CHEAP.test(name)) ?? chatty[0] ?? names[0];
}

/** The health-check model, else one of the channel's list, else one of the catalogue that the upstream offers, else any it offers. */
export async function modelToTest(
  context: Context,
  { row }: StoredChannel,
  target: ProbeTarget,
): Promise<string> {
  if (row.healthModel !== null) return row.healthModel;
  const named = cheapModel(row.models.filter((name) => name !== '*'));
  if (named !== undefined) return named;
  const offer = await context.channelProbe.listModels(target);
  const offered = offer.ok ? offer.models : [];
  const known = await context.db
    .select({ name: models.name, upstreamModel: models.upstreamModel })
    .from(models)
    .where(eq(models.enabled, true))
    .orderBy(asc(models.sortOrder), asc(models.name));
  const both = known.filter(({ name, upstreamModel }) => offered.includes(upstreamModel ?? name));
  return cheapModel(both.map(({ name }) => name)) ?? cheapModel(offered) ?? USUAL[row.type];
}
