// What create, copy and update share: outbound checks, credentials, renames.
import type { Transaction } from '@api-proxy/db/database';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { mappings } from '@api-proxy/db/schema/mappings';
import { newId } from '@api-proxy/kit/id';
import { Secret } from '@api-proxy/kit/secret';
import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { invalidInput } from '../failure.ts';
import { checkOutboundUrl } from './outbound-address.ts';

/** @throws AppError `invalid_input` for an address that the gateway must not connect to. */
export async function checkChannelUrls(
  context: Context,
  urls: { baseUrl?: string | undefined; proxyUrl?: string | null | undefined },
): Promise<void> {
  for (const name of ['baseUrl', 'proxyUrl'] as const) {
    const url = urls[name];
    if (typeof url !== 'string') continue;
    const verdict = await checkOutboundUrl(url, context.outbound);
    if (!verdict.ok) throw invalidInput(`body.${name}`, verdict.reason);
  }
}

/** The columns of a credential that is stored encrypted. */
export function sealed(context: Context, secret: string) {
  return { encryptedSecret: context.vault.seal(new Secret(secret)), lastFour: lastFourOf(secret) };
}

/** Short secrets show less: four characters of eight would be half of it. */
function lastFourOf(secret: string): string {
  return secret.length >= 16 ? secret.slice(-4) : '';
}

export async function addChannelKeys(
  tx: Transaction,
  channelId: string,
  { context, secrets }: { context: Context; secrets: readonly string[] },
): Promise<void> {
  const now = new Date(context.clock.nowMs());
  // Keys are shown in the order of their ids: each new one is a millisecond after those before it.
  const before = await tx.$count(channelKeys, eq(channelKeys.channelId, channelId));
  for (const [index, secret] of secrets.entries()) {
    const id = newId('chk', now.getTime() + before + index);
    const stamps = { createdAt: now, updatedAt: now };
    await tx.insert(channelKeys).values({ id, channelId, ...sealed(context, secret), ...stamps });
  }
}

/** Makes the renames of a channel exactly these. */
export async function setRenames(
  tx: Transaction,
  channelId: string,
  renames: Readonly<Record<string, string>>,
): Promise<void> {
  await tx.delete(mappings).where(eq(mappings.channelId, channelId));
  const rules = Object.entries(renames).map(([model, upstreamModel]) => ({
    id: newId('map'),
    channelId,
    model,
    upstreamModel,
  }));
  if (rules.length > 0) await tx.insert(mappings).values(rules);
}
