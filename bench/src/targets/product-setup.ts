// Sets an installation up through its control API: channels, models, prices, quota, and keys of each sort.
import { createChannel } from '@api-proxy/contracts/channels';
import { createKey } from '@api-proxy/contracts/keys';
import { createModel } from '@api-proxy/contracts/models';
import { createPrice } from '@api-proxy/contracts/prices';
import { updateSettings } from '@api-proxy/contracts/settings';
import { changeQuota, getMe, updateUser } from '@api-proxy/contracts/users';
import { type Person, register } from '@api-proxy/e2e/harness/person';
import type { UpstreamPorts } from '../load/upstream.ts';
import {
  ANY_CREDENTIALS,
  CHANNELS_OF_MANY,
  type Credentials,
  FALLBACK_MODEL,
  KEYS_OF_MANY,
  MODEL,
  MODELS_OF_MANY,
  modelName,
  TARIFF,
} from './target.ts';

/** Far above anything that a run reaches, so that every limit is counted and none is met. */
const HIGH = { rpm: 100_000_000, tpm: 1_000_000_000, maxConcurrency: 1_000_000 };
const QUOTA_USD = '1000000';
/** Its 429 asks for no pause, and no least pause is set: each request meets it first. */
const LIMITED_PRIORITY = 10;
const AT_ONCE = 8;

export type SetUp = { readonly admin: Person; readonly credentials: Credentials };

export async function setUpProduct(url: string, upstream: UpstreamPorts): Promise<SetUp> {
  const admin = await register(url);
  const me = await admin.call(getMe, {});
  await admin.call(updateUser, { params: { userId: me.id }, body: { limits: HIGH } });
  const at = (port: number) => ({
    baseUrl: `http://127.0.0.1:${port}`,
    keys: [{ secret: 'upstream-secret' }],
  });
  await admin.call(updateSettings, { body: { cooldownMinSeconds: 0 } });
  const open = at(upstream.port);
  await admin.call(createChannel, { body: { ...open, name: 'claude', type: 'claude' } });
  await admin.call(createChannel, { body: { ...open, name: 'openai', type: 'openai' } });
  await admin.call(createChannel, {
    body: {
      ...at(upstream.limitedPort),
      ...{ name: 'limited', type: 'claude', models: [FALLBACK_MODEL], priority: LIMITED_PRIORITY },
    },
  });
  for (const name of [MODEL, FALLBACK_MODEL]) await addModel(admin, name);
  await admin.call(changeQuota, { params: { userId: me.id }, body: { amountUsd: QUOTA_USD } });
  const good = await newKey(admin, HIGH);
  const limited = await newKey(admin, { ...HIGH, rpm: 1 });
  const poor = await newKey(await register(url, 'poor'), HIGH);
  return { admin, credentials: { good, limited, poor, unknown: ANY_CREDENTIALS.unknown } };
}

async function addModel(admin: Person, name: string): Promise<void> {
  await admin.call(createModel, { body: { provider: 'bench', name } });
  await admin.call(createPrice, { body: { model: name, tariff: TARIFF } });
}

async function newKey(person: Person, limits: typeof HIGH): Promise<string> {
  const { secret } = await person.call(createKey, { body: { name: 'bench', ...limits } });
  return secret;
}

/** 1,000 keys × 100 channels × 500 models, all of which can serve; gives the keys. */
export async function configureMany(admin: Person, upstream: UpstreamPorts): Promise<string[]> {
  const baseUrl = `http://127.0.0.1:${upstream.port}`;
  const keys = [{ secret: 'upstream-secret' }];
  await each(CHANNELS_OF_MANY - 1, (index) =>
    admin.call(createChannel, { body: { baseUrl, keys, name: `claude ${index}`, type: 'claude' } }),
  );
  await each(MODELS_OF_MANY - 1, (index) => addModel(admin, modelName(index + 1)));
  return await each(KEYS_OF_MANY, () => newKey(admin, HIGH));
}

/** Runs `count` tasks, a few at a time. */
async function each<T>(count: number, task: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
