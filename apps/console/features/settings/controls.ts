// How each setting is shown: the control, and the unit behind a number.
import type { SettingName } from '@api-proxy/contracts/settings';

export type SettingControl =
  | { readonly kind: 'text' | 'lines' | 'money' | 'switch' | 'timeZone' }
  | { readonly kind: 'number'; readonly unit: 'seconds' | 'minutes' | 'tokens' | 'times' }
  | { readonly kind: 'choice'; readonly of: 'defaultLocale' | 'unpricedPolicy' | 'truncatedPolicy' };

const SECONDS = { kind: 'number', unit: 'seconds' } as const;
const TIMES = { kind: 'number', unit: 'times' } as const;

export const SETTING_CONTROLS: Readonly<Record<SettingName, SettingControl>> = {
  siteName: { kind: 'text' },
  defaultLocale: { kind: 'choice', of: 'defaultLocale' },
  registrationOpen: { kind: 'switch' },
  newUserQuotaUsd: { kind: 'money' },
  maintenanceOn: { kind: 'switch' },
  maintenanceMessage: { kind: 'lines' },
  maxAttempts: TIMES,
  attemptsSeconds: SECONDS,
  channelQueueSeconds: SECONDS,
  placeQueueSeconds: SECONDS,
  keepAliveSeconds: SECONDS,
  drainSeconds: SECONDS,
  affinityMinutes: { kind: 'number', unit: 'minutes' },
  repairsThinking: { kind: 'switch' },
  cooldownMinSeconds: SECONDS,
  cooldownMaxSeconds: SECONDS,
  failuresToOpen: TIMES,
  timeZone: { kind: 'timeZone' },
  rechargeMessage: { kind: 'lines' },
  unpricedPolicy: { kind: 'choice', of: 'unpricedPolicy' },
  truncatedPolicy: { kind: 'choice', of: 'truncatedPolicy' },
  defaultMaxOutputTokens: { kind: 'number', unit: 'tokens' },
};

/** The values of each choice, in their order. */
export const CHOICES = {
  defaultLocale: ['zh', 'en'],
  unpricedPolicy: ['refuse', 'free'],
  truncatedPolicy: ['free', 'charge'],
} as const;
