// Reads a .cpuprofile and tells where the time went inside a window: by function alone, and with all that it called.
import { readFileSync } from 'node:fs';

type Node = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
};

type CpuProfile = {
  readonly nodes: readonly Node[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** In microseconds of the clock of `process.hrtime`, by which V8 stamps its samples. */
export type Window = { readonly from: number; readonly to: number };

export type Share = { readonly name: string; readonly share: number };

export type ProfileSummary = {
  /** The file that the process was started with, as far as known. */
  readonly program: string;
  /** Time in which JavaScript, what it called, or its collector ran. */
  readonly busyMs: number;
  /** By time of their own, largest first; shares of the busy time. */
  readonly self: readonly Share[];
  /** Functions of this repository by time with all that they called; what runs after an `await` counts apart. */
  readonly total: readonly Share[];
};

const NOT_WORK = new Set(['(idle)', '(program)', '(root)']);
const PROGRAM = /\/(worker|main|embedded-database|bare|gateway-only|console-process)\.ts$/;

/** V8 writes this shape: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
function parseProfile(text: string): CpuProfile {
  return JSON.parse(text) as CpuProfile;
}

export function summarise(
  file: string,
  { window, count }: { window: Window; count: number },
): ProfileSummary {
  const profile = parseProfile(readFileSync(file, 'utf8'));
  const byNode = microsByNode(profile, window);
  const self = new Map<string, number>();
  let busy = 0;
  for (const node of profile.nodes) {
    const micros = byNode.get(node.id) ?? 0;
    busy += micros;
    add(self, nameOf(node), micros);
  }
  const total = totals(profile, byNode);
  const largest = (sums: Map<string, number>): Share[] =>
    [...sums]
      .sort(([, a], [, b]) => b - a)
      .slice(0, count)
      .map(([name, micros]) => ({ name, share: micros / busy }));
  return {
    program: programOf(profile.nodes),
    busyMs: busy / 1_000,
    self: largest(self),
    total: largest(total),
  };
}

/** Time of each node of the call tree, idle time left out. */
function microsByNode(
  { nodes, samples, timeDeltas, startTime }: CpuProfile,
  window: Window,
): Map<number, number> {
  const idle = new Set(
    nodes.filter(({ callFrame }) => NOT_WORK.has(callFrame.functionName)).map(({ id }) => id),
  );
  const micros = new Map<number, number>();
  let now = startTime;
  samples.forEach((id, index) => {
    const delta = timeDeltas[index] ?? 0;
    now += delta;
    if (!idle.has(id) && now >= window.from && now <= window.to)
      micros.set(id, (micros.get(id) ?? 0) + delta);
  });
  return micros;
}

function totals({ nodes }: CpuProfile, byNode: ReadonlyMap<number, number>): Map<string, number> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const sums = new Map<string, number>();
  const walk = (node: Node, callers: ReadonlySet<string>): number => {
    const name = nameOf(node);
    const own = !node.callFrame.url.includes('/node_modules/') && node.callFrame.url.startsWith('file:');
    const under = own ? new Set(callers).add(name) : callers;
    let micros = byNode.get(node.id) ?? 0;
    for (const id of node.children ?? []) {
      const child = known.get(id);
      if (child) micros += walk(child, under);
    }
    // A function that calls itself is counted once, where it was entered.
    if (own && !callers.has(name)) add(sums, name, micros);
    return micros;
  };
  const [root] = nodes;
  if (root) walk(root, new Set());
  return sums;
}

function add(sums: Map<string, number>, name: string, micros: number): void {
  sums.set(name, (sums.get(name) ?? 0) + micros);
}

function programOf(nodes: readonly Node[]): string {
  for (const { callFrame } of nodes) {
    const name = PROGRAM.exec(callFrame.url)?.[1];
    if (name) return name;
  }
  return 'unknown';
}

function nameOf({ callFrame }: Node): string {
  const { functionName, url, lineNumber } = callFrame;
  if (functionName === '(garbage collector)' || url === '') return functionName || '(native)';
  const inPackage = url.split('/node_modules/').at(-1) ?? url;
  const place = inPackage === url ? url.split('/').slice(-4).join('/') : inPackage;
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}
