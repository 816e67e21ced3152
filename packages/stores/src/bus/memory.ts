// The bus of a single process: listeners are told on the next turn of the event loop.
import type { Logger } from '@api-proxy/kit/logger';
import type { Bus, BusListener } from './port.ts';

export function memoryBus({ logger }: { logger: Logger }): Bus {
  const topics = new Map<string, Set<BusListener>>();
  const tell = (topic: string, listener: BusListener, payload: unknown) => {
    try {
      listener(payload);
    } catch (error) {
      logger.error({ err: error, topic }, 'a listener of the bus failed');
    }
  };
  return {
    publish(topic, payload) {
      const listeners = topics.get(topic);
      if (!listeners) return;
      setImmediate(() => {
        for (const listener of listeners) tell(topic, listener, payload);
      });
    },
    subscribe(topic, listener) {
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) topics.delete(topic);
      };
    },
    close: async () => topics.clear(),
  };
}
