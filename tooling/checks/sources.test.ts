// The size table and the house rules fail on what they forbid and pass what they allow.
import { describe, expect, it } from 'vitest';
import { checkHouseRules } from './house-rules.ts';
import { checkSizes, showSizes } from './size-table.ts';
import { parseFile, parseTree } from './source.ts';

const OPENING = '// What it is for.\n';

function rules(text: string, path = 'packages/kit/src/money.ts'): string[] {
  return checkHouseRules([parseFile(path, OPENING + text)]).map((finding) => finding.text);
}

function sizes(text: string, path = 'packages/kit/src/money.ts') {
  return checkSizes([parseFile(path, text)]);
}

const linesOf = (count: number): string => '// …\n'.repeat(count);
const functionOf = (count: number): string => `function long() {\n${'  // …\n'.repeat(count - 2)}}\n`;

describe('sizes', () => {
  it.each([
    [300, undefined],
    [301, 'warning'],
    [400, 'warning'],
    [401, 'error'],
  ])('a file of %i lines gives %s', (count, level) => {
    expect(sizes(linesOf(count)).findings[0]?.level).toBe(level);
  });

  it.each([
    [60, undefined],
    [61, 'warning'],
    [100, 'warning'],
    [101, 'error'],
  ])('a function of %i lines gives %s', (count, level) => {
    expect(sizes(functionOf(count)).findings[0]?.level).toBe(level);
  });

  it('arrow functions and methods are measured too', () => {
    expect(sizes(`const a = () => {\n${'\n'.repeat(101)}};\n`).findings[0]?.level).toBe('error');
    expect(sizes(`class A {\n  run() {\n${'\n'.repeat(101)}}\n}\n`).findings[0]?.level).toBe('error');
  });

  it('a describe block is a chapter, a test inside it is a function', () => {
    const chapter = `describe('a', () => {\n${'\n'.repeat(101)}});\n`;
    expect(sizes(chapter, 'packages/kit/src/a.test.ts').findings).toEqual([]);
    const contract = `export function busContract() {\n  it('a', () => {});\n${'\n'.repeat(101)}}\n`;
    expect(sizes(contract, 'packages/stores/src/bus/contract.ts').findings).toEqual([]);
    const suite = `export function storeContract() {\n${chapter}}\n`;
    expect(sizes(suite, 'packages/stores/src/bus/contract.ts').findings).toEqual([]);
    expect(sizes(suite, 'packages/stores/src/bus/bus.ts').findings).not.toEqual([]);
    const test = `describe('a', () => { it('b', () => {\n${'\n'.repeat(101)}}); });\n`;
    expect(sizes(test, 'packages/kit/src/a.test.ts').findings[0]?.level).toBe('error');
  });

  it('more than three parameters are a warning', () => {
    expect(sizes('function f(a, b, c, d) {}').findings[0]).toMatchObject({ level: 'warning', line: 1 });
  });

  it('the table counts any, casts and comments of a part', () => {
    const { rows } = sizes('// One.\nlet a: any;\nconst b = a as string;\nconst c = [1] as const;\n');
    expect(rows).toMatchObject([
      { part: 'packages/kit', files: 1, lines: 4, anyCount: 1, casts: 1, commentShare: 0.25 },
    ]);
    expect(showSizes(rows)).toContain('packages/kit');
  });

  it('generated code, data and migrations are exempt', () => {
    const paths = ['packages/db/migrations/a.ts', 'packages/kit/fixtures/a.ts', 'apps/console/next-env.d.ts'];
    const tree = new Map(paths.map((path) => [path, linesOf(500)]));
    expect(parseTree(tree)).toEqual([]);
  });
});

describe('house rules', () => {
  it.each([
    ['let a: any;', '`any`'],
    ['const a = [1][0]!;', '`!`'],
    ['const a = b as unknown as string;', '`as unknown as`'],
    ['const a = (b as unknown) as string;', '`as unknown as`'],
    ['try { a(); } catch {}', 'empty catch'],
    [`// ${'TO'}DO later`, 'DO'],
    [`/* FIX${'ME'} */`, 'ME'],
    [`// @ts-${'ignore'}`, '@ts-'],
    ['export default 1;', 'default export'],
  ])('%s is found', (text, expected) => {
    expect(rules(text).join()).toContain(expected);
  });

  it.each(['it.skip', 'it.only', 'test.todo', 'describe.only', 'describe.skip', 'it.concurrent.only'])(
    '%s is found in a test',
    (call) => {
      expect(rules(`${call}('x', () => {});`, 'packages/kit/src/money.test.ts').join()).toContain(
        'switched off',
      );
    },
  );

  it('a test gated by what the machine has passes', () => {
    expect(rules(`describe.skipIf(!url)('x', () => {});`, 'packages/kit/src/money.test.ts')).toEqual([]);
  });

  it('clean code passes, also a catch that says why', () => {
    expect(
      rules('try { a(); } catch {\n  // Gone already: nothing to do.\n}\nconst b = [1] as const;\n'),
    ).toEqual([]);
    expect(rules(`const text = '${'TO'}DO any! as unknown as';`)).toEqual([]);
  });

  it.each([
    'packages/kit/src/utils.ts',
    'packages/kit/src/types.ts',
    'packages/shared/src/money.ts',
    'packages/kit/src/Money.ts',
  ])('the name %s is refused', (path) => {
    expect(rules('', path)).toHaveLength(1);
  });

  it('a file must open with a comment', () => {
    const found = checkHouseRules([parseFile('packages/kit/src/a.ts', 'const a = 1; // later')]);
    expect(found[0]?.text).toContain('open with a comment');
    expect(checkHouseRules([parseFile('a.mjs', '#!/usr/bin/env node\n// Entry.\n')])).toEqual([]);
    expect(checkHouseRules([parseFile('apps/console/lib/a.tsx', "'use client';\n// A button.\n")])).toEqual(
      [],
    );
  });

  it('pages of the console may export by default', () => {
    expect(rules('export default function Page() {}', 'apps/console/app/page.tsx')).toEqual([]);
  });
});
