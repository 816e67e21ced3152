// The bus over Redis: publish and subscribe; this process hears its own messages through Redis too.
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { RedisLink } from '../link/redis.ts';
import { memoryBus } from './memory.ts';
import type { Bus } from './port.ts';

const CHANNEL = 'api-proxy:bus';

type Envelope = { topic: string; payload: unknown };

function envelopeOf(text: string): Envelope | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('topic' in value) || typeof value.topic !== 'string')
    return undefined;
  return { topic: value.topic, payload: 'payload' in value ? value.payload : undefined };
}

/** While Redis is away, messages reach the listeners of this process only. */
export function redisBus({ link, logger }: { link: RedisLink; logger: Logger }): Bus {
  const own = memoryBus({ logger });
  const ears = link.duplicate();
  // Own messages come back through Redis, so they go there only while that way is known to be whole.
  let listening = false;
  ears.on('error', () => undefined);
  ears.on('close', () => {
    listening = false;
  });
  ears.on('ready', () => {
    ears.subscribe(CHANNEL).then(
      () => {
        listening = true;
      },
      (error: unknown) => logger.warn({ reason: messageOf(error) }, 'the bus could not subscribe'),
    );
  });
  ears.on('message', (_channel: string, text: string) => {
    const envelope = envelopeOf(text);
    if (envelope) own.publish(envelope.topic, envelope.payload);
  });
  return {
    publish(topic, payload) {
      if (link.state() === 'down' || !listening) return own.publish(topic, payload);
      link
        .ask((redis) => redis.publish(CHANNEL, JSON.stringify({ topic, payload })))
        .catch(() => own.publish(topic, payload));
    },
    subscribe: (topic, listener) => own.subscribe(topic, listener),
    async close() {
      ears.disconnect();
      await own.close();
    },
  };
}
