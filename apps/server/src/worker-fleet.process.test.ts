// Promises: workers run with the collector's flags that docs/decisions/0090 chose (and 0091, 0093), this V8 knows them,
// and with them a process gives back what it no longer needs when it is told to.
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { COLLECTOR } from './worker-fleet.ts';

const MB = 1024 * 1024;

function run(flags: readonly string[], program: string): string {
  return execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
}

it('Node starts with the flags, and they are in force', () => {
  const program = `import { getHeapSpaceStatistics } from 'node:v8';
    let kept = [];
    for (let made = 0; made < 4e6; made++) { kept.push({ made }); if (kept.length > 2e5) kept = []; }
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(young.space_size);`;
  expect(Number(run(COLLECTOR, program))).toBeLessThanOrEqual(36 * MB);
  expect(Number(run([], program))).toBeGreaterThan(36 * MB);
});

it('a full collection of a quiet process returns the memory to the system', () => {
  const program = `import { ownHeap } from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/quiet-heap.ts`).href)};
    let kept = [];
    for (let made = 0; made < 1e6; made++) kept.push({ made, text: String(made) });
    const before = process.memoryUsage.rss();
    kept = [];
    ownHeap().collect();
    console.log(before - process.memoryUsage.rss());`;
  expect(Number(run(COLLECTOR, program))).toBeGreaterThan(40 * MB);
});
