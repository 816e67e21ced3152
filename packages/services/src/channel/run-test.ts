// One small call to a stored channel with one of its keys, and the row that keeps what came back.
import type { ChannelTest } from '@api-proxy/contracts/channels';
import { channelTests } from '@api-proxy/db/schema/channel-tests';
import { models } from '@api-proxy/db/schema/models';
import { newId } from '@api-proxy/kit/id';
import { eq } from 'drizzle-orm';
import type { Context, ProbeResult } from '../context.ts';
import type { ChannelKeyRow, StoredChannel } from './channel-view.ts';
import { modelToTest } from './model-to-test.ts';
import { targetOf } from './probe-target.ts';

export type TestRun = {
  readonly stored: StoredChannel;
  readonly kind: 'manual' | 'scheduled';
  /** Default: the first that can be used. */
  readonly channelKeyId?: string | undefined;
  /** Public name; default: the health-check model, else a cheap one that the channel has. */
  readonly model?: string | undefined;
};

export type Tested = {
  readonly test: ChannelTest;
  readonly key: ChannelKeyRow;
  readonly result: ProbeResult;
  readonly upstreamModel: string;
};

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

/** Books nothing on anybody: a test is no request. */
export async function runTest(context: Context, run: TestRun): Promise<Tested> {
  const { stored, kind } = run;
  const { key, target } = targetOf(context, stored, run.channelKeyId);
  const model = run.model ?? (await modelToTest(context, stored, target));
  const upstreamModel = await upstreamName(context, stored, model);
  const at = new Date(context.clock.nowMs());
  const result = await context.channelProbe.test(target, upstreamModel);
  const answer = result.answer?.slice(0, MAX_TEXT) ?? null;
  const error = result.error?.slice(0, MAX_TEXT) ?? null;
  const { ok, status } = result;
  const durationMs = Math.round(result.durationMs);
  const firstByteMs = result.firstByteMs === null ? null : Math.round(result.firstByteMs);
  await context.db.insert(channelTests).values({
    id: newId('cht', at.getTime()),
    channelId: stored.row.id,
    channelKeyId: key.id,
    ...{ kind, model, ok, status, firstByteMs, durationMs, answer },
    errorText: error,
    actorUserId: context.actor?.userId ?? null,
    createdAt: at,
  });
  const test = { ok, model, status, firstByteMs, durationMs, answer, error, at: at.toISOString() };
  return { test, key, result, upstreamModel };
}
