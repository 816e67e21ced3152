// Tells admins in the log; the console shows the same from what is stored with the channel's keys.
import type { Logger } from '@api-proxy/kit/logger';
import type { AdminNotice, AdminNotices } from '@api-proxy/services/context';

export function logNotices(log: Logger): AdminNotices {
  return {
    tell: (notice) => {
      const { kind, channelId, channelKeyId, status } = notice;
      const facts = { notice: kind, channelId, channelKeyId, status };
      if (kind === 'key_revived') log.info(facts, textOf(notice));
      else log.warn(facts, textOf(notice));
    },
  };
}

function textOf({ kind, channelName, lastFour, status }: AdminNotice): string {
  const key = `key …${lastFour} of channel "${channelName}"`;
  const answer = status === null ? '' : ` (${status})`;
  switch (kind) {
    case 'key_rejected':
      return `${key} was rejected by the upstream${answer} and is no longer used`;
    case 'key_exhausted':
      return `the quota of ${key} is used up at the upstream${answer}`;
    case 'key_revived':
      return `${key} works again and is in use`;
  }
}
