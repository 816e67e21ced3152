// An installation that is ready to relay: a fake upstream behind two channels, priced models, a funded key.
import { createChannel } from '@api-proxy/contracts/channels';
import { createKey } from '@api-proxy/contracts/keys';
import { createModel } from '@api-proxy/contracts/models';
import { createPrice } from '@api-proxy/contracts/prices';
import { changeQuota, getMe } from '@api-proxy/contracts/users';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { type Person, register } from './person.ts';
import { type Product, type ProductOptions, startProduct } from './product.ts';

export const TARIFF = { input: '3', output: '15', cacheRead: '0.3', cacheWrite5m: '3.75', cacheWrite1h: '6' };

export type Installation = {
  product: Product;
  upstream: FakeUpstream;
  admin: Person;
  /** `sk-relay-…` of the admin. */
  secret: string;
  /** Adds a priced model under this public name. */
  addModel(name: string): Promise<void>;
  remove(): Promise<void>;
};

async function addModel(admin: Person, name: string): Promise<void> {
  await admin.call(createModel, { body: { provider: 'fake', name } });
  await admin.call(createPrice, { body: { model: name, tariff: TARIFF } });
}

/** Registers the first person and fits the installation out: channels to the upstream, priced models, money, a key. */
export async function fitOut(
  url: string,
  upstream: FakeUpstream,
  models: readonly string[],
): Promise<{ admin: Person; secret: string }> {
  const admin = await register(url);
  const keys = [{ secret: 'upstream-secret' }];
  const shared = { baseUrl: upstream.url, keys };
  await admin.call(createChannel, { body: { ...shared, name: 'claude', type: 'claude' } });
  await admin.call(createChannel, { body: { ...shared, name: 'openai', type: 'openai' } });
  for (const name of models) await addModel(admin, name);
  const me = await admin.call(getMe, {});
  await admin.call(changeQuota, { params: { userId: me.id }, body: { amountUsd: '100' } });
  const { secret } = await admin.call(createKey, { body: { name: 'e2e' } });
  return { admin, secret };
}

/** Starts everything; `models` are public names that the fake upstream understands. */
export async function startInstallation(
  options: ProductOptions,
  models: readonly string[],
): Promise<Installation> {
  const [product, upstream] = await Promise.all([
    startProduct(options),
    startFakeUpstream({ deterministic: true }),
  ]);
  const { admin, secret } = await fitOut(product.url, upstream, models);
  return {
    product,
    upstream,
    admin,
    secret,
    addModel: (name) => addModel(admin, name),
    remove: async () => {
      await product.remove();
      await upstream.close();
    },
  };
}
