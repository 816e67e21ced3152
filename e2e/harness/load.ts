// An open loop of requests, JSON and streams in turn: sent at a rate whatever the answers do, and remembered one by one.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export type Shot = {
  /** Of the body as sent, which the fake upstream's witness has too. */
  bodySha256: string;
  startedMs: number;
  stream: boolean;
  /** 0: the connection broke before a status came. */
  status: number;
  requestId: string;
  /** Whether the answer came to its end by the rules of its dialect. */
  whole: boolean;
  text: string;
};

export type LoadOptions = {
  url: string;
  secret: string;
  model: string;
  perSecond: number;
};

export type Load = {
  /** Requests that have ended, in whatever way. */
  shots: readonly Shot[];
  sent(): number;
  /** Sends no more and waits for what is under way. */
  stop(): Promise<void>;
};

const TICK_MS = 10;
let bodies = 0;

export function startLoad(options: LoadOptions): Load {
  const shots: Shot[] = [];
  const running = new Set<Promise<void>>();
  const beganMs = performance.now();
  let sent = 0;
  let on = true;
  const fire = () => {
    const shot = shoot(options, sent++).then((ended) => {
      shots.push(ended);
      running.delete(shot);
    });
    running.add(shot);
  };
  const loop = async () => {
    while (on) {
      const due = ((performance.now() - beganMs) / 1_000) * options.perSecond;
      while (on && sent < due) fire();
      await sleep(TICK_MS);
    }
  };
  const looping = loop();
  return {
    shots,
    sent: () => sent,
    stop: async () => {
      on = false;
      await looping;
      await Promise.all(running);
    },
  };
}

async function shoot({ url, secret, model }: LoadOptions, index: number): Promise<Shot> {
  const stream = index % 2 === 0;
  const messages = [{ role: 'user', content: `question ${++bodies}` }];
  const body = JSON.stringify({ model, max_tokens: 64, stream, messages });
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const shot = {
    bodySha256,
    startedMs: Date.now(),
    stream,
    status: 0,
    requestId: '',
    whole: false,
    text: '',
  };
  try {
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': secret, 'content-type': 'application/json' },
      body,
    });
    shot.status = response.status;
    shot.requestId = response.headers.get('x-request-id') ?? '';
    shot.text = await response.text();
    shot.whole = !stream || response.status !== 200 || shot.text.includes('event: message_stop');
  } catch {
    // The connection broke: the server is gone.
  }
  return shot;
}
