// Chaos: what goes wrong at upstreams and at clients, drawn from a seed, and clients that check what they are told.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@api-proxy/kit/random';
import { headOf, readAll, type Seen, type Shot, shoot } from './raw-client.ts';

/** How an upstream behaves, and what a client that reads to the end must then see. */
type Trouble = { behaviour: string; ends: 'whole' | 'broken' | 'either' };

const STEADY = 'events=24,interval=100';

/** The first is by far the most frequent: most streams are healthy ones. */
const TROUBLES: readonly Trouble[] = [
  { behaviour: STEADY, ends: 'whole' },
  { behaviour: 'events=12,size=65536', ends: 'whole' },
  // A piece for each turn of the upstream's loop: with more events it would last for minutes on a busy machine.
  { behaviour: 'events=8,interval=100,drip=9', ends: 'whole' },
  { behaviour: `${STEADY},id=die,die=5`, ends: 'broken' },
  { behaviour: `${STEADY},truncate=7`, ends: 'broken' },
  { behaviour: `${STEADY},stall=6`, ends: 'broken' },
  { behaviour: `${STEADY},error-mid=6`, ends: 'broken' },
  { behaviour: 'reset', ends: 'either' },
  { behaviour: '429,retry-after=1', ends: 'either' },
  { behaviour: '500', ends: 'either' },
  { behaviour: '529', ends: 'either' },
  { behaviour: 'error-body', ends: 'either' },
  { behaviour: 'stall-head', ends: 'either' },
  { behaviour: 'empty', ends: 'either' },
];

const FAMILIES = [
  { model: 'fake-claude', path: '/v1/messages', last: /event: message_stop/ },
  { model: 'fake-gpt', path: '/v1/chat/completions', last: /data: \[DONE\]/ },
  { model: 'fake-gpt', path: '/v1/responses', last: /event: response\.completed/ },
] as const;

type Family = (typeof FAMILIES)[number];

/** Every public model name that {@link storm} asks for. */
export function chaosModels(): string[] {
  return ['fake-claude', 'fake-gpt'].flatMap((model) =>
    TROUBLES.map(({ behaviour }) => `${model}+${behaviour}`),
  );
}

/** Of those, the ones whose upstream answers; the others may fall back to them. */
export function isFlaky(model: string): boolean {
  const behaviour = model.slice(model.indexOf('+') + 1);
  return TROUBLES.some((trouble) => trouble.ends === 'either' && trouble.behaviour === behaviour);
}

export const GOOD_BEHAVIOUR = STEADY;

export type StormOptions = {
  url: string;
  secret: string;
  clients: number;
  seed: number;
  forMs: number;
};

export type StormReport = {
  /** Requests whose head came, by their tag. */
  answered: Set<string>;
  sent: number;
  statuses: Map<number, number>;
  left: number;
  whole: number;
  /** The longest time for which this process, and with it the fake upstream, stood still. */
  stoodMs: number;
  /** What must not happen, in words. */
  wrongs: string[];
};

/** Clients that send one request after the other until the time is over; resolves when the last has ended. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const report: StormReport = {
    answered: new Set(),
    sent: 0,
    statuses: new Map(),
    left: 0,
    whole: 0,
    stoodMs: 0,
    wrongs: [],
  };
  const endMs = performance.now() + options.forMs;
  const client = async (index: number) => {
    const random = seededRandom(options.seed * 1_000 + index);
    await sleep(random() * 2_000);
    while (performance.now() < endMs) await one({ options, random, report });
  };
  const watch = watchPauses((ms) => {
    report.stoodMs = Math.max(report.stoodMs, ms);
  });
  await Promise.all(Array.from({ length: options.clients }, (_, index) => client(index)));
  clearInterval(watch);
  return report;
}

const LOOK_MS = 50;

/** Tells by how much each look came late. */
function watchPauses(tell: (ms: number) => void): NodeJS.Timeout {
  let last = performance.now();
  return setInterval(() => {
    const now = performance.now();
    tell(now - last - LOOK_MS);
    last = now;
  }, LOOK_MS);
}

type Turn = { options: StormOptions; random: () => number; report: StormReport };

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

async function one({ options, random, report }: Turn): Promise<void> {
  const family = pick(FAMILIES, random);
  const trouble = random() < 0.55 ? pick(TROUBLES.slice(0, 1), random) : pick(TROUBLES, random);
  const stream = random() < 0.85;
  const tag = `chaos-${options.seed}-${report.sent++}`;
  const req = shoot(shotOf({ ...options, family, trouble, stream, tag }));
  const manner = random();
  if (manner < 0.25) {
    report.left++;
    const head = headOf(req).then((res) => {
      if (res) report.answered.add(tag);
      res?.resume();
    });
    await sleep(random() ** 2 * 3_000);
    req.destroy();
    await head;
    return;
  }
  const seen = await readAll(req, manner < 0.4 ? 20 + random() * 200 : 0);
  if (seen.status > 0) report.answered.add(tag);
  report.statuses.set(seen.status, (report.statuses.get(seen.status) ?? 0) + 1);
  judge({ seen, family, trouble, stream, tag }, report);
}

type Told = { family: Family; trouble: Trouble; stream: boolean; tag: string };

function shotOf({ url, secret, family, trouble, stream, tag }: Told & { url: string; secret: string }): Shot {
  const model = `${family.model}+${trouble.behaviour}`;
  const text = `question ${tag}`;
  const said =
    family.path === '/v1/responses'
      ? { input: text }
      : { messages: [{ role: 'user', content: text }], max_tokens: 64 };
  return { url, secret, path: family.path, body: { model, stream, ...said }, headers: { 'user-agent': tag } };
}

/** What ends whole at the upstream ends whole at the client, and what breaks there never looks whole. */
function judge({ seen, family, trouble, stream, tag }: Told & { seen: Seen }, report: StormReport): void {
  const wrong = (what: string) => {
    report.wrongs.push(`${tag} ${family.path} ${trouble.behaviour} stream=${stream} ${seen.status}: ${what}`);
  };
  if (seen.status === 0) {
    wrong('the connection ended without an answer');
    return;
  }
  if (seen.status !== 200) {
    if (trouble.ends === 'whole') wrong(seen.text.slice(0, 200));
    return;
  }
  const ended = stream ? seen.complete && family.last.test(seen.text) : seen.complete && isJson(seen.text);
  if (ended) report.whole++;
  if (trouble.ends === 'whole' && !ended) wrong(`it broke: …${seen.text.slice(-200)}`);
  if (!stream || trouble.ends !== 'broken') return;
  if (family.last.test(seen.text)) wrong('a broken stream looks whole');
  else if (!/"error"|event: error|response\.failed/.test(seen.text.slice(-2_000))) wrong('no error event');
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== null;
  } catch {
    return false;
  }
}
