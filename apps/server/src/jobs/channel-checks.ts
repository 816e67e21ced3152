// The job that checks channels by schedule: on the leader alone, so once in the whole installation.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { checkDueChannels } from '@api-proxy/services/channel/check-due-channels';
import type { Context } from '@api-proxy/services/context';
import type { Job } from './scheduler.ts';

/** The shortest interval that a channel can be given. */
const LOOK_EVERY_MS = 10 * SECOND_MS;

export function channelChecks(context: Context): Job {
  return {
    name: 'channel-checks',
    by: 'leader',
    everyMs: LOOK_EVERY_MS,
    run: () => checkDueChannels(context),
  };
}
