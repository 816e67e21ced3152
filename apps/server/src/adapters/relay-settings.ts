// The settings as the relay takes them: in its own units, under its own names.
import type { Settings } from '@api-proxy/contracts/settings';
import type { Patience, RelaySettings } from '@api-proxy/gateway/snapshot';
import { MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';

export function relaySettingsOf(settings: Settings): RelaySettings {
  return {
    maintenance: { on: settings.maintenanceOn, message: settings.maintenanceMessage },
    rechargeMessage: settings.rechargeMessage,
    unpricedPolicy: settings.unpricedPolicy,
    truncatedPolicy: settings.truncatedPolicy,
    maxAttempts: settings.maxAttempts,
    defaultMaxOutputTokens: settings.defaultMaxOutputTokens,
    cooldown: {
      minMs: settings.cooldownMinSeconds * SECOND_MS,
      maxMs: settings.cooldownMaxSeconds * SECOND_MS,
      failuresToOpen: settings.failuresToOpen,
    },
  };
}

export function patienceOf(settings: Settings): Partial<Patience> {
  return {
    affinityMs: settings.affinityMinutes * MINUTE_MS,
    channelQueueMs: settings.channelQueueSeconds * SECOND_MS,
    placeQueueMs: settings.placeQueueSeconds * SECOND_MS,
    attemptsMs: settings.attemptsSeconds * SECOND_MS,
    keepAliveMs: settings.keepAliveSeconds * SECOND_MS,
    drainMs: settings.drainSeconds * SECOND_MS,
    repairsThinking: settings.repairsThinking,
  };
}
