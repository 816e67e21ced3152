// Sends the events of a stream the way the behaviour says: paced, dripped, stalled, cut, or as fast as the peer reads.
import type { Behaviour } from './behaviour.ts';
import type { Outlet } from './outlet.ts';
import type { Frame } from './wire.ts';
import type { WitnessRecord } from './witness.ts';

const BATCH_CHARACTERS = 16_384;

export interface StreamDelivery {
  readonly outlet: Outlet;
  readonly record: WitnessRecord;
  readonly behaviour: Behaviour;
  readonly ping: string;
  /** Events to send instead of the rest once `errorAfter` events have left. */
  readonly errorFrames: (sent: number) => Iterable<Frame>;
}

interface Writer {
  readonly send: (text: string) => Promise<void>;
  /** What was not written yet; it is the caller's now. */
  readonly rest: () => string | Buffer;
}

/** Several events per write: only when nothing asks for one event at a time. */
function batchWriter(outlet: Outlet): Writer {
  let batch = '';
  const rest = () => {
    const text = batch;
    batch = '';
    return text;
  };
  return {
    async send(text) {
      batch += text;
      if (batch.length >= BATCH_CHARACTERS) await outlet.write(rest());
    },
    rest,
  };
}

/** `step` bytes per write, cutting lines and characters wherever that falls. */
function dripWriter(outlet: Outlet, step: number): Writer {
  let rest: Buffer = Buffer.alloc(0);
  return {
    async send(text) {
      rest = Buffer.concat([rest, Buffer.from(text)]);
      while (rest.length >= step && !outlet.gone()) {
        await outlet.write(rest.subarray(0, step));
        rest = rest.subarray(step);
        await outlet.breathe();
      }
    },
    rest() {
      const last = rest;
      rest = Buffer.alloc(0);
      return last;
    },
  };
}

function writerFor(outlet: Outlet, behaviour: Behaviour): Writer {
  if (behaviour.drip > 0) return dripWriter(outlet, Math.max(1, Math.floor(behaviour.drip)));
  if (behaviour.intervalMs > 0) return { send: (text) => outlet.write(text), rest: () => '' };
  return batchWriter(outlet);
}

/** Silence, or nothing but keep-alives, for `ms` milliseconds or until the peer goes. */
async function idle(delivery: StreamDelivery, ms: number): Promise<void> {
  const { outlet, behaviour, ping } = delivery;
  if (behaviour.pingMs <= 0) {
    await (ms === Number.POSITIVE_INFINITY ? outlet.waitForPeerToGo() : outlet.wait(ms));
    return;
  }
  for (let left = ms; left > 0 && !outlet.gone(); left -= behaviour.pingMs) {
    await outlet.wait(Math.min(left, behaviour.pingMs));
    if (left > behaviour.pingMs) await outlet.write(ping);
  }
}

type Interruption = 'stall' | 'die' | 'truncate' | 'error';

/** What the script does before event number `sent` (counting those that have left). */
function interruptionAt(behaviour: Behaviour, sent: number, frame: Frame): Interruption | null {
  if (behaviour.stallAfter === sent) return 'stall';
  if (behaviour.dieAfter === sent) return 'die';
  if (behaviour.errorAfter === sent) return 'error';
  if (behaviour.truncate && (frame.kind === 'final' || frame.kind === 'done')) return 'truncate';
  return behaviour.truncateAfter === sent ? 'truncate' : null;
}

async function interrupt(delivery: StreamDelivery, how: Interruption): Promise<'cut' | 'error'> {
  const { outlet, record } = delivery;
  switch (how) {
    case 'stall':
      await idle(delivery, Number.POSITIVE_INFINITY);
      return 'cut';
    case 'die':
      await outlet.breathe();
      outlet.destroy(false);
      return 'cut';
    case 'error':
      for (const frame of delivery.errorFrames(record.eventsSent)) await outlet.write(frame.text);
      return 'error';
    case 'truncate':
      return 'cut';
  }
}

/**
 * Sends all events and ends the body, unless the script interrupts or the peer goes. The outcome says how it
 * ended on the fake's side; a peer that left is noticed by the outlet.
 */
export async function deliverStream(
  frames: Iterable<Frame>,
  delivery: StreamDelivery,
): Promise<'complete' | 'cut' | 'error'> {
  const { outlet, record, behaviour } = delivery;
  const writer = writerFor(outlet, behaviour);
  if (behaviour.firstMs > 0) await idle(delivery, behaviour.firstMs);
  for (const frame of frames) {
    if (outlet.gone()) return 'cut';
    const how = interruptionAt(behaviour, record.eventsSent, frame);
    if (how !== null) {
      await outlet.write(writer.rest());
      const outcome = await interrupt(delivery, how);
      if (how === 'truncate' || how === 'error') await outlet.end();
      return outcome;
    }
    if (behaviour.intervalMs > 0 && record.eventsSent > 0) await outlet.wait(behaviour.intervalMs);
    await writer.send(behaviour.crlf ? frame.text.replaceAll('\n', '\r\n') : frame.text);
    record.eventsSent += 1;
    record.contentBytesSent += frame.content;
  }
  await outlet.end(writer.rest());
  return 'complete';
}
