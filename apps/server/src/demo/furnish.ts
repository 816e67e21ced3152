// What the demo needs to answer a request: an admin, channels to the fake upstream, priced models, a funded key.
import { createChannel } from '@api-proxy/contracts/channels';
import { createKey } from '@api-proxy/contracts/keys';
import { createModel } from '@api-proxy/contracts/models';
import { createPrice } from '@api-proxy/contracts/prices';
import { changeQuota, getMe } from '@api-proxy/contracts/users';
import { type Credentials, signUp } from './api-session.ts';

const TARIFF = { input: '3', output: '15', cacheRead: '0.3', cacheWrite5m: '3.75', cacheWrite1h: '6' };
const CHANNELS = [
  { name: 'demo-claude', type: 'claude', models: ['fake-claude'] },
  { name: 'demo-openai', type: 'openai', models: ['fake-gpt', 'fake-embed'] },
] as const;
const FUNDS_USD = '100';

export type Furnished = { secret: string };

/** Sets up an empty installation through its own API, as a person would; gives the relay key. */
export async function furnish(options: {
  url: string;
  upstreamUrl: string;
  admin: Credentials;
}): Promise<Furnished> {
  const session = await signUp(options.url, options.admin);
  for (const { name, type, models } of CHANNELS) {
    const keys = [{ secret: 'demo-upstream-key' }];
    await session.call(createChannel, {
      body: { name, type, baseUrl: options.upstreamUrl, keys, models: [...models] },
    });
    for (const model of models) {
      await session.call(createModel, { body: { provider: 'demo', name: model } });
      await session.call(createPrice, { body: { model, tariff: TARIFF } });
    }
  }
  const me = await session.call(getMe, {});
  await session.call(changeQuota, { params: { userId: me.id }, body: { amountUsd: FUNDS_USD } });
  const { secret } = await session.call(createKey, { body: { name: 'demo' } });
  return { secret };
}
