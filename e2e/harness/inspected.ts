// What a worker really keeps in memory: asked through Node's inspector, after a full collection.
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from './product.ts';

/** Start the product with this, so that its inspectors take any free port. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=0' };

/** The value in a reply to `id`, 0 for one without; undefined where the message is something else. */
function numberIn(text: string, id: number): number | undefined {
  const reply: unknown = JSON.parse(text);
  if (at(reply, 'id') !== id) return undefined;
  const value = at(at(at(reply, 'result'), 'result'), 'value');
  return typeof value === 'number' ? value : 0;
}

function at(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
}

export type Inspected = {
  /** Bytes in use by objects and buffers after a full collection. */
  keptBytes(): Promise<number>;
  close(): void;
};

/** Opens the inspector of one process of a product. @throws Error when it does not open within five seconds. */
export async function inspect(product: Product, pid: number): Promise<Inspected> {
  const known = addresses(product).length;
  // Node's own signal for this; the process goes on as before.
  process.kill(pid, 'SIGUSR1');
  const endMs = performance.now() + 5_000;
  while (addresses(product).length === known) {
    if (performance.now() > endMs) throw new Error(`process ${pid} opened no inspector`);
    await sleep(20);
  }
  const socket = new WebSocket(addresses(product).at(-1) ?? '');
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  let last = 0;
  const ask = (method: string, params: object = {}): Promise<number> =>
    new Promise((resolve) => {
      last += 1;
      const id = last;
      const take = ({ data }: MessageEvent) => {
        const value = numberIn(String(data), id);
        if (value === undefined) return;
        socket.removeEventListener('message', take);
        resolve(value);
      };
      socket.addEventListener('message', take);
      socket.send(JSON.stringify({ id, method, params }));
    });
  return {
    async keptBytes() {
      // Buffers are freed by finalizers, which run after the collection that found them.
      for (let round = 0; round < 2; round += 1) {
        await ask('HeapProfiler.collectGarbage');
        await sleep(50);
      }
      const expression = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';
      return ask('Runtime.evaluate', { expression, returnByValue: true });
    },
    close: () => socket.close(),
  };
}

function addresses(product: Product): string[] {
  return product.output().match(/ws:\/\/\S+/g) ?? [];
}
