// Visitors of the console, a process in a session of its own with little of the cores: they sit elsewhere, and must not slow the generator.
import process from 'node:process';
import { sendToParent, whenAsked } from '../measure/messages.ts';
import { setSessionShare } from '../measure/session-share.ts';
import { figureOf } from '../report/median.ts';

export type Visit = { url: string; cookie: string; perS: number; lengthMs: number };
export type Visited = { pages: number; p50Ms: number; wrong: number };

/** Its session's share beside those of others, as a nice value. */
const BEHIND = 10;

async function visit({ url, cookie, perS, lengthMs }: Visit): Promise<Visited> {
  const tookMs: number[] = [];
  let wrong = 0;
  const one = async (): Promise<void> => {
    const beganMs = performance.now();
    const response = await fetch(`${url}/dashboard`, { headers: { cookie }, redirect: 'manual' });
    await response.arrayBuffer();
    if (response.status === 200) tookMs.push(performance.now() - beganMs);
    else wrong++;
  };
  const under = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const asked = one().finally(() => under.delete(asked));
    under.add(asked);
  }, 1_000 / perS);
  await new Promise((resolve) => setTimeout(resolve, lengthMs));
  clearInterval(timer);
  await Promise.all(under);
  return { pages: tookMs.length, p50Ms: figureOf(tookMs)?.median ?? 0, wrong };
}

setSessionShare(BEHIND);
process.on('disconnect', () => process.exit(0));
whenAsked(visit);
sendToParent({ ready: {} });
