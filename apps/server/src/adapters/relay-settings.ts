// The settings that concern the relay, out of the settings table; what isn't stored, or is damaged, has its default.
import { DEFAULT_RELAY_SETTINGS, type RelaySettings } from '@api-proxy/gateway/snapshot';
import type { Logger } from '@api-proxy/kit/logger';
import { z } from 'zod';

const FIELDS: { readonly [Name in keyof RelaySettings]: z.ZodType<RelaySettings[Name]> } = {
  maintenance: z.object({ on: z.boolean(), message: z.string() }),
  rechargeMessage: z.string(),
  unpricedPolicy: z.enum(['refuse', 'free']),
  maxAttempts: z.int().min(1).max(20),
  defaultMaxOutputTokens: z.int().min(1),
  cooldown: z.object({ minMs: z.int().min(0), maxMs: z.int().min(0) }),
};

/** @param rows name and value of every stored setting; other names are somebody else's. */
export function relaySettingsOf(
  rows: readonly { name: string; value: unknown }[],
  log: Logger,
): RelaySettings {
  const stored = new Map(rows.map((row) => [row.name, row.value]));
  const read = <Name extends keyof RelaySettings>(name: Name): RelaySettings[Name] => {
    const value = stored.get(name);
    if (value === undefined) return DEFAULT_RELAY_SETTINGS[name];
    const parsed = FIELDS[name].safeParse(value);
    if (parsed.success) return parsed.data;
    log.warn(
      { setting: name, problem: parsed.error.message },
      'a stored setting is damaged; its default holds',
    );
    return DEFAULT_RELAY_SETTINGS[name];
  };
  return {
    maintenance: read('maintenance'),
    rechargeMessage: read('rechargeMessage'),
    unpricedPolicy: read('unpricedPolicy'),
    maxAttempts: read('maxAttempts'),
    defaultMaxOutputTokens: read('defaultMaxOutputTokens'),
    cooldown: read('cooldown'),
  };
}
