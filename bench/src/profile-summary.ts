// Reads a .cpuprofile and tells where the time went: self time by function, inside a window.
import { readFileSync } from 'node:fs';

type Node = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
};

type CpuProfile = {
  readonly nodes: readonly Node[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** In microseconds of the clock of `process.hrtime`, by which V8 stamps its samples. */
export type Window = { readonly from: number; readonly to: number };

export type ProfileSummary = {
  /** The file that the process was started with, as far as known. */
  readonly program: string;
  /** Time in which JavaScript, what it called, or its collector ran. */
  readonly busyMs: number;
  /** Shares of the busy time, largest first. */
  readonly top: readonly { readonly name: string; readonly share: number }[];
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
  const { nodes, samples, timeDeltas, startTime } = parseProfile(readFileSync(file, 'utf8'));
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const sums = new Map<string, number>();
  let busy = 0;
  let now = startTime;
  samples.forEach((id, index) => {
    const micros = timeDeltas[index] ?? 0;
    now += micros;
    const name = names.get(id) ?? '';
    if (NOT_WORK.has(name) || now < window.from || now > window.to) return;
    busy += micros;
    sums.set(name, (sums.get(name) ?? 0) + micros);
  });
  const top = [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, micros]) => ({ name, share: micros / busy }));
  return { program: programOf(nodes), busyMs: busy / 1_000, top };
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
