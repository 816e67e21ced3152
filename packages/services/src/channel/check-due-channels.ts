// Scheduled checks: probes what is due, revives what was taken out of use automatically, and teaches like traffic does.
import type { Context } from '../context.ts';
import { atOnce } from './at-once.ts';
import { loadChannel } from './channel-view.ts';
import { type CheckableKey, checkableKeys, dueKeys } from './due-checks.ts';
import { markKeyExhausted, markKeyRejected } from './key-state.ts';
import { runTest, type Tested } from './run-test.ts';
import { clearKey } from './test-by-hand.ts';

const CHECKS_AT_ONCE = 4;

/** To be run by one worker of the installation, and not again before it has ended. Resolves when all checks have. */
export async function checkDueChannels(context: Context): Promise<void> {
  const due = dueKeys(await checkableKeys(context.db), {
    nowMs: context.clock.nowMs(),
    pauses: (channelKeyId) => context.channelLive.keyCoolingUntilMs(channelKeyId) !== null,
  });
  // One that can't be made, such as with a secret that nobody can open any more, keeps no other from being learnt from.
  const outcomes = await atOnce(due, CHECKS_AT_ONCE, (one) => check(context, one).catch(() => null));
  const checked = outcomes.filter((outcome) => outcome !== null);
  // With no upstream within reach the fault is this installation's own network: nothing is learnt from it.
  const reached = checked.some(({ result }) => result.status !== null);
  for (const tested of checked) if (reached || tested.result.status !== null) await learn(context, tested);
}

/** Null when a person has changed things meanwhile. */
async function check(context: Context, { channelId, channelKeyId }: CheckableKey): Promise<Tested | null> {
  const stored = await loadChannel(context.db, channelId).catch(() => null);
  const key = stored?.keys.find(({ id }) => id === channelKeyId);
  if (!stored?.row.enabled || !key || key.status === 'disabled') return null;
  return runTest(context, { stored, kind: 'scheduled', channelKeyId });
}

async function learn(context: Context, { key, result, upstreamModel, ...rest }: Tested): Promise<void> {
  if (result.ok) await clearKey(context, { key, result, upstreamModel, ...rest });
  // A rejected key is out of the traffic: there is no pause to lengthen.
  if (key.status !== 'active') return;
  const { lesson, complaint, status } = result;
  // The model of the check may be one that this key never serves.
  if (lesson !== 'nothing' && lesson !== 'model_missing')
    context.channelLive.learn({
      ...{ channelId: key.channelId, channelKeyId: key.id, upstreamModel, lesson },
      beganMs: Date.parse(rest.test.at),
    });
  if (complaint === null) return;
  const news = { channelKeyId: key.id, secret: context.vault.open(key.encryptedSecret), status };
  if (complaint === 'rejected') await markKeyRejected(context, news);
  else await markKeyExhausted(context, news);
}
