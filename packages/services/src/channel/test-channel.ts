// Sends one small call to a channel, keeps the result, and tells what came back.
import type { testChannel as contract } from '@api-proxy/contracts/channels';
import { channelTests } from '@api-proxy/db/schema/channel-tests';
import { models } from '@api-proxy/db/schema/models';
import { newId } from '@api-proxy/kit/id';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { Context } from '../context.ts';
import type { Verb } from '../verb.ts';
import { loadChannel, type StoredChannel } from './channel-view.ts';
import { checkChannelUrls } from './channel-write.ts';
import { modelToTest } from './model-to-test.ts';
import { targetOf } from './probe-target.ts';

const MAX_TEXT = 2_000;

/** As the gateway does: the channel's rename, else the model's upstream name, else the name itself. */
async function upstreamName(context: Context, stored: StoredChannel, model: string): Promise<string> {
  const renamed = stored.renames[model];
  if (renamed !== undefined) return renamed;
  const [known] = await context.db
    .select({ upstreamModel: models.upstreamModel })
    .from(models)
    .where(eq(models.name, model));
  return known?.upstreamModel ?? model;
}

export const testChannel: Verb<typeof contract> = async (context, { params, body }) => {
  const actor = requireActor(context, 'admin');
  const stored = await loadChannel(context.db, params.channelId);
  await checkChannelUrls(context, stored.row);
  const { key, target } = targetOf(context, stored);
  const model = body.model ?? (await modelToTest(context, stored, target));
  const at = new Date(context.clock.nowMs());
  const result = await context.channelProbe.test(target, await upstreamName(context, stored, model));
  const answer = result.answer?.slice(0, MAX_TEXT) ?? null;
  const error = result.error?.slice(0, MAX_TEXT) ?? null;
  const { ok, status } = result;
  const durationMs = Math.round(result.durationMs);
  const firstByteMs = result.firstByteMs === null ? null : Math.round(result.firstByteMs);
  await context.db.insert(channelTests).values({
    id: newId('cht', at.getTime()),
    channelId: stored.row.id,
    channelKeyId: key.id,
    kind: 'manual',
    model,
    ok,
    status,
    firstByteMs,
    durationMs,
    answer,
    errorText: error,
    actorUserId: actor.userId,
    createdAt: at,
  });
  return { ok, model, status, firstByteMs, durationMs, answer, error, at: at.toISOString() };
};
