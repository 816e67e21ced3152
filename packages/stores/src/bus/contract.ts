// What every adapter of the bus guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { Bus } from './port.ts';

/** Registers the suite; `open` gives a fresh bus. */
export function busContract(open: () => Promise<Bus>): void {
  it('tells every subscriber of the topic, and no other', async () => {
    const bus = await open();
    const heard: string[] = [];
    bus.subscribe('config', () => heard.push('first'));
    bus.subscribe('config', () => heard.push('second'));
    bus.subscribe('caller', () => heard.push('other'));
    bus.publish('config', { version: 2 });
    await expect.poll(() => heard.toSorted()).toEqual(['first', 'second']);
    await bus.close();
  });

  it('a listener that throws does not keep the others from hearing', async () => {
    const bus = await open();
    const heard: unknown[] = [];
    bus.subscribe('config', () => {
      throw new Error('broken listener');
    });
    bus.subscribe('config', (payload) => heard.push(payload));
    bus.publish('config', { version: 3 });
    await expect.poll(() => heard).toEqual([{ version: 3 }]);
    await bus.close();
  });

  it('an ended subscription hears nothing more', async () => {
    const bus = await open();
    const heard: string[] = [];
    const end = bus.subscribe('config', () => heard.push('ended'));
    bus.subscribe('config', () => heard.push('kept'));
    end();
    bus.publish('config', {});
    await expect.poll(() => heard).toEqual(['kept']);
    await bus.close();
  });
}
