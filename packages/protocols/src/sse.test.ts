// Promise: a stream holds memory for the event under way, not for the largest it ever had; and no byte is lost over that.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import { SseScanner } from './sse.ts';

const MB = 1024 * 1024;
const READ = 64 * 1024;
const BIG = Buffer.from(`data: ${'x'.repeat(5 * MB)}\n\n`);
const MIDDLE = Buffer.from(`data: ${'y'.repeat(80_000)}\n\n`);
const SMALL = Buffer.from('data: {"a":1}\n\n');

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function scanner(): { scanner: SseScanner; sizes: number[] } {
  const sizes: number[] = [];
  const event = (one: Buffer) => {
    sizes.push(one.length);
    return 'keep' as const;
  };
  return { scanner: new SseScanner({ markers: [Buffer.from('data')], event }), sizes };
}

/** Gives `stream` in reads of `size` bytes. @returns what came out */
function feed(to: SseScanner, stream: Buffer, size: number): Buffer {
  const passed: Buffer[] = [];
  for (let at = 0; at < stream.length; at += size) passed.push(to.push(stream.subarray(at, at + size)));
  return Buffer.concat(passed);
}

it('an event of 5 MB that has ended leaves nothing behind, also when the next one has begun', async () => {
  const streams = Array.from({ length: 20 }, () => scanner().scanner);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (const [place, stream] of streams.entries()) {
    feed(stream, BIG, READ);
    if (place % 2 === 0) stream.push(SMALL.subarray(0, 5));
  }
  // What was collected is counted a little later.
  await vi.waitFor(() => {
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * MB);
  });
  expect(streams.map(({ pending }) => pending)).toEqual(streams.map((_, place) => (place % 2 === 0 ? 5 : 0)));
});

it.each([61, 4_096, READ, BIG.length + 3])(
  'small and large events in reads of %i bytes are all seen, and pass on whole',
  (size) => {
    const all = [SMALL, BIG, SMALL, SMALL, MIDDLE, SMALL];
    const stream = Buffer.concat([...all, SMALL.subarray(0, 9)]);
    const { scanner: one, sizes } = scanner();
    const passed = Buffer.concat([feed(one, stream, size), one.finish()]);
    expect(passed.equals(stream)).toBe(true);
    expect(sizes.slice(0, -1)).toEqual(all.map(({ length }) => length));
  },
);

it('what was given stays as it is while more comes', () => {
  const { scanner: one } = scanner();
  const given = [BIG, SMALL, MIDDLE, SMALL].map((event) => {
    one.push(event.subarray(0, 9));
    return { event, got: one.push(event.subarray(9)) };
  });
  for (const { event, got } of given) expect(got.equals(event)).toBe(true);
});
