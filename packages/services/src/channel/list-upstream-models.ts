// Asks an upstream for the models it offers, also before the channel is saved.
import type { listUpstreamModels as contract } from '@api-proxy/contracts/channels';
import { AppError } from '@api-proxy/kit/error';
import { Secret } from '@api-proxy/kit/secret';
import { requireActor } from '../authorise.ts';
import type { Context, ProbeTarget } from '../context.ts';
import { invalidInput } from '../failure.ts';
import type { Verb, VerbInput } from '../verb.ts';
import { loadChannel } from './channel-view.ts';
import { checkChannelUrls } from './channel-write.ts';
import { targetOf } from './probe-target.ts';

type Draft = VerbInput<typeof contract>['body'];

/** A stored key is sent only to where it is used anyway: else this would be a way to read it. */
async function storedSecret(context: Context, draft: Draft, channelId: string): Promise<Secret> {
  const { target } = targetOf(context, await loadChannel(context.db, channelId));
  const same =
    new URL(target.baseUrl).origin === new URL(draft.baseUrl).origin && target.proxyUrl === draft.proxyUrl;
  if (!same) throw invalidInput('body.secret', 'type the key again: the address or the proxy is another one');
  return target.secret;
}

async function targetOfDraft(context: Context, draft: Draft): Promise<ProbeTarget> {
  const { type, baseUrl, extraHeaders, proxyUrl, http2, channelId, secret } = draft;
  const rest = {
    channelId: channelId ?? null,
    type,
    baseUrl,
    extraHeaders,
    proxyUrl,
    http2,
    speaks: 'auto' as const,
  };
  if (secret !== undefined) return { ...rest, secret: new Secret(secret) };
  if (channelId === undefined) throw invalidInput('body.secret', 'is needed');
  return { ...rest, secret: await storedSecret(context, draft, channelId) };
}

export const listUpstreamModels: Verb<typeof contract> = async (context, { body }) => {
  requireActor(context, 'admin');
  await checkChannelUrls(context, body);
  const answer = await context.channelProbe.listModels(await targetOfDraft(context, body));
  if (!answer.ok) {
    throw new AppError({
      code: 'upstream_failed',
      status: 502,
      message: `The upstream did not tell its models: ${answer.error}`,
    });
  }
  return { models: [...new Set(answer.models)].sort() };
};
