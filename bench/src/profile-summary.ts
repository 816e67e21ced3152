// Reads a .cpuprofile and tells where the time went: self time by function.
import { readFileSync } from 'node:fs';

type Node = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
};

type CpuProfile = {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

export type SelfTime = { readonly name: string; readonly share: number };

const NOT_WORK = new Set(['(idle)', '(program)', '(root)']);

/** V8 writes this shape: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
function parseProfile(text: string): CpuProfile {
  return JSON.parse(text) as CpuProfile;
}

/** Functions with the most time of their own, as shares of the time in which JavaScript or its collector ran. */
export function selfTimes(file: string, count: number): SelfTime[] {
  const { nodes, samples, timeDeltas } = parseProfile(readFileSync(file, 'utf8'));
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const sums = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    if (NOT_WORK.has(name)) return;
    const micros = timeDeltas[index] ?? 0;
    busy += micros;
    sums.set(name, (sums.get(name) ?? 0) + micros);
  });
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, micros]) => ({ name, share: micros / busy }));
}

function nameOf({ callFrame }: Node): string {
  const { functionName, url, lineNumber } = callFrame;
  if (functionName === '(garbage collector)' || url === '') return functionName || '(native)';
  const inPackage = url.split('/node_modules/').at(-1) ?? url;
  const place = inPackage === url ? url.split('/').slice(-3).join('/') : inPackage;
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}
