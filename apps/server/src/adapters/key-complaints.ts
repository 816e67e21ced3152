// What upstreams say about credentials, written beside the traffic: in turn, once per key, never in a request's way.
import type { KeyComplaint, KeyComplaints } from '@api-proxy/gateway/ports';
import { HOUR_MS } from '@api-proxy/kit/duration';
import type { Logger } from '@api-proxy/kit/logger';
import { forgetComplaint, markKeyExhausted, markKeyRejected } from '@api-proxy/services/channel/key-state';
import type { Context } from '@api-proxy/services/context';

export type WrittenComplaints = KeyComplaints & {
  /** Resolves when what was said has been written. */
  close(): Promise<void>;
};

/** A key whose quota is used up complains every few minutes; it is written down once in this time. */
const QUIET_MS = HOUR_MS;

/** What can't be written is logged, and tried again with the key's next complaint: until then the key only pauses. */
export function keyComplaints(context: Context, log: Logger): WrittenComplaints {
  const writing = new Map<string, Promise<void>>();
  /** Keys this worker heard a complaint of, and when; until one of them answers. */
  const exhausted = new Map<string, number>();
  const write = (channelKeyId: string, work: () => Promise<void>, undo?: () => void) => {
    if (writing.has(channelKeyId)) return;
    const done = work()
      .catch((err: unknown) => {
        undo?.();
        log.error({ err, channelKeyId }, 'the state of an upstream key could not be written');
      })
      .finally(() => writing.delete(channelKeyId));
    writing.set(channelKeyId, done);
  };
  const noteExhausted = (complaint: KeyComplaint) => {
    const { channelKeyId } = complaint;
    const nowMs = context.clock.nowMs();
    if (nowMs - (exhausted.get(channelKeyId) ?? -Infinity) < QUIET_MS) return;
    exhausted.set(channelKeyId, nowMs);
    write(
      channelKeyId,
      () => markKeyExhausted(context, complaint),
      () => exhausted.delete(channelKeyId),
    );
  };
  return {
    complain: (complaint) => {
      switch (complaint.kind) {
        case 'rejected':
          return write(complaint.channelKeyId, () => markKeyRejected(context, complaint));
        case 'exhausted':
          return noteExhausted(complaint);
      }
    },
    answered: (channelKeyId) => {
      if (exhausted.size > 0 && exhausted.delete(channelKeyId))
        write(channelKeyId, () => forgetComplaint(context, channelKeyId));
    },
    close: async () => {
      await Promise.all(writing.values());
    },
  };
}
