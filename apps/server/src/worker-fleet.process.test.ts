// Promise: workers run with the collector's flags that docs/decisions/0090 chose (and 0091), and this V8 knows them.
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { expect, it } from 'vitest';
import { COLLECTOR } from './worker-fleet.ts';

it('Node starts with the flags, and they are in force', () => {
  const program = `const { getHeapSpaceStatistics } = require('node:v8');
    let kept = [];
    for (let made = 0; made < 4e6; made++) { kept.push({ made }); if (kept.length > 2e5) kept = []; }
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(young.space_size);`;
  const size = (flags: readonly string[]) =>
    Number(execFileSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8' }));
  expect(size(COLLECTOR)).toBeLessThanOrEqual(36 * 1024 * 1024);
  expect(size([])).toBeGreaterThan(36 * 1024 * 1024);
});
