// The `demo` scenario: a small team with channels, priced models, keys and a month of requests.
import { createChannel } from '@api-proxy/contracts/channels';
import { createKey } from '@api-proxy/contracts/keys';
import { createModel } from '@api-proxy/contracts/models';
import { createPrice } from '@api-proxy/contracts/prices';
import { changeQuota, getMe } from '@api-proxy/contracts/users';
import { openDatabase } from '@api-proxy/db/open';
import { systemClock } from '@api-proxy/kit/clock';
import { newId } from '@api-proxy/kit/id';
import type { Logger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import { createSettlement } from '@api-proxy/ledger/settlement/settlement';
import { snapshotRows } from '../adapters/snapshot-rows.ts';
import { type ApiSession, signUp } from '../demo/api-session.ts';
import { requestRows, type SeedCaller, type SeedModel } from './request-rows.ts';

const PASSWORD = 'seed-password';
const PEOPLE = ['Ada', 'Grace', 'Lin', 'Mei', 'Alan'] as const;
const UPSTREAM = 'http://127.0.0.1:4010';
const MODELS = [
  { name: 'fake-claude', protocol: 'anthropic-messages', type: 'claude', input: '3', output: '15' },
  { name: 'fake-gpt', protocol: 'openai-chat', type: 'openai', input: '1.25', output: '10' },
  { name: 'fake-embed', protocol: 'openai-embeddings', type: 'openai', input: '0.1', output: '0' },
] as const;
const REQUESTS = 4_000;
const DAYS = 30;

export type ScenarioOptions = { url: string; databaseUrl: Secret; log: Logger };

/** Fills an empty installation; gives a text for whoever asked for it. @throws Error when it isn't empty. */
export async function demoScenario(options: ScenarioOptions): Promise<string> {
  const people = await signUpAll(options.url);
  const [admin] = people;
  if (!admin || (await admin.session.call(getMe, {})).role !== 'super_admin') {
    throw new Error('the installation has users already: the seed fills an empty one');
  }
  const channels = await furnish(admin.session);
  const callers: SeedCaller[] = [];
  for (const { session } of people) {
    const { id: userId } = await session.call(getMe, {});
    await admin.session.call(changeQuota, { params: { userId }, body: { amountUsd: '500' } });
    const { key } = await session.call(createKey, { body: { name: 'laptop' } });
    callers.push({ userId, keyId: key.id });
  }
  await bookRequests(options, callers, channels);
  const names = people.map(({ email }) => email).join(', ');
  return `${REQUESTS} requests over ${DAYS} days; users ${names}; password of all: ${PASSWORD}`;
}

async function signUpAll(url: string): Promise<{ email: string; session: ApiSession }[]> {
  const people: { email: string; session: ApiSession }[] = [];
  // One after the other: the first is the super admin.
  for (const name of PEOPLE) {
    const email = `${name.toLowerCase()}@example.com`;
    people.push({ email, session: await signUp(url, { name, email, password: PASSWORD }) });
  }
  return people;
}

/** Channels by the type of their models. */
async function furnish(admin: ApiSession): Promise<ReadonlyMap<string, string>> {
  const channels = new Map<string, string>();
  for (const type of ['claude', 'openai'] as const) {
    const models = MODELS.filter((model) => model.type === type).map(({ name }) => name);
    const keys = [{ secret: 'seed-upstream-key' }];
    const body = { name: `seed-${type}`, type, baseUrl: UPSTREAM, keys, models };
    channels.set(type, (await admin.call(createChannel, { body })).id);
  }
  for (const { name, input, output } of MODELS) {
    await admin.call(createModel, { body: { provider: 'seed', name } });
    const tariff = { input, output, cacheRead: input, cacheWrite5m: input, cacheWrite1h: input };
    await admin.call(createPrice, { body: { model: name, tariff } });
  }
  return channels;
}

/** Through the settlement, so that log, ledger, balances and roll-ups agree. */
async function bookRequests(
  { databaseUrl, log }: ScenarioOptions,
  callers: readonly SeedCaller[],
  channels: ReadonlyMap<string, string>,
): Promise<void> {
  const clock = systemClock;
  const { db, close } = openDatabase({
    url: databaseUrl.reveal(),
    poolSize: 1,
    applicationName: 'api-proxy seed',
  });
  const settlement = createSettlement({
    ...{ db, clock, logger: log },
    workerId: newId('wrk', clock.nowMs()),
    timeZone: () => 'UTC',
  });
  try {
    // Prices alone are of interest; the upstream keys stay sealed.
    const { prices } = await snapshotRows({ db, open: () => new Secret(''), clock, log }).read();
    const models: SeedModel[] = MODELS.flatMap(({ name, protocol, type }) => {
      const price = prices.get(name)?.[0];
      const channelId = channels.get(type);
      return price && channelId ? [{ name, protocol, channelId, price }] : [];
    });
    const rows = requestRows({ callers, models, count: REQUESTS, days: DAYS, nowMs: clock.nowMs() });
    for (const row of rows) settlement.settle(row);
    await settlement.flush();
  } finally {
    await settlement.close();
    await close();
  }
}
