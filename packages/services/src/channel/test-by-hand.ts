// A test that an admin asks for: what was held against the key is over when it passes, and nothing is when it fails.
import type { ChannelTest } from '@api-proxy/contracts/channels';
import type { Context } from '../context.ts';
import type { StoredChannel } from './channel-view.ts';
import { forgetComplaint, reviveKey } from './key-state.ts';
import { runTest, type Tested } from './run-test.ts';

export async function testByHand(
  context: Context,
  stored: StoredChannel,
  model?: string,
): Promise<ChannelTest> {
  const tested = await runTest(context, { stored, kind: 'manual', model });
  if (tested.result.ok) await clearKey(context, tested);
  return tested.test;
}

/** After a call that was answered: a rejected key is active again, one that an admin disabled stays so. */
export async function clearKey(context: Context, { key, result }: Tested): Promise<void> {
  const { id: channelKeyId, status, statusReason } = key;
  if (status === 'rejected') {
    const secret = context.vault.open(key.encryptedSecret);
    await reviveKey(context, { channelKeyId, secret, status: result.status });
  } else if (statusReason !== null) await forgetComplaint(context, channelKeyId);
}
