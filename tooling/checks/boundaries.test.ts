// Every forbidden arrow is printed, every allowed one passes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBoundaries } from './boundaries.ts';
import { readTree } from './tree.ts';

const MANIFESTS = {
  'package.json': '{"devDependencies":{"vitest":"1"}}',
  'packages/kit/package.json': '{"name":"@api-proxy/kit"}',
  'packages/db/package.json':
    '{"name":"@api-proxy/db","dependencies":{"@api-proxy/kit":"*","drizzle-orm":"1","redis":"1"}}',
  'packages/contracts/package.json':
    '{"name":"@api-proxy/contracts","dependencies":{"@api-proxy/kit":"*","zod":"4"}}',
  'packages/gateway/package.json':
    '{"name":"@api-proxy/gateway","dependencies":{"@api-proxy/kit":"*","undici":"8","drizzle-orm":"1","next":"1"},"devDependencies":{"@api-proxy/testing":"*"}}',
  'packages/stores/package.json': '{"name":"@api-proxy/stores","dependencies":{"redis":"1"}}',
};

/** Findings for one file inside an otherwise clean tree. */
function findings(path: string, text: string, more: Record<string, string> = {}): string[] {
  const tree = new Map(Object.entries({ ...MANIFESTS, ...more, [path]: text }));
  return checkBoundaries(tree).map((finding) => finding.text);
}

describe('arrows between parts', () => {
  it.each([
    ['packages/gateway/src/a.ts', '@api-proxy/db/open', 'gateway → db'],
    ['packages/gateway/src/a.ts', '@api-proxy/services/x', 'gateway → services'],
    ['packages/kit/src/a.ts', '@api-proxy/db/open', 'kit → db'],
    ['packages/contracts/src/a.ts', '@api-proxy/db/open', 'contracts → db'],
    ['apps/console/lib/a.ts', '@api-proxy/services/x', 'console → services'],
    ['apps/console/lib/a.ts', '@api-proxy/kit/money', 'console → kit'],
    ['packages/gateway/src/a.ts', '../../db/src/open.ts', 'gateway → packages/db/src/open.ts'],
  ])('%s must not import %s', (path, specifier, text) => {
    const forms = [
      `import { x } from '${specifier}';`,
      `import type { X } from '${specifier}';`,
      `export * from '${specifier}';`,
      `export { x } from '${specifier}';`,
      `const x = await import('${specifier}');`,
      `type X = import('${specifier}').X;`,
    ];
    for (const form of forms) expect(findings(path, form).join()).toContain(text);
  });

  it('allowed arrows, files of the same package and packages by their own name pass', () => {
    expect(findings('packages/gateway/src/a.ts', `import { x } from '@api-proxy/kit/money';`)).toEqual([]);
    expect(findings('packages/gateway/src/a.ts', `import { x } from './steps/read.ts';`)).toEqual([]);
  });

  it('a test may use the testing package, the code beside it may not', () => {
    const text = `import { x } from '@api-proxy/testing/fake';`;
    expect(findings('packages/gateway/src/a.test.ts', text)).toEqual([]);
    expect(findings('packages/gateway/src/a.ts', text)).not.toEqual([]);
  });

  it('a package must not even declare a part it may not import', () => {
    const manifest = '{"name":"@api-proxy/kit","dependencies":{"@api-proxy/db":"*"}}';
    expect(findings('packages/kit/package.json', manifest)).toEqual(['kit → db: declared, but forbidden']);
  });
});

describe('libraries with one home', () => {
  it.each([
    ['packages/gateway/src/relay.ts', 'undici'],
    ['packages/gateway/src/relay.ts', 'drizzle-orm/pg-core'],
    ['packages/gateway/src/relay.ts', 'next'],
    ['packages/db/src/open.ts', 'redis'],
    ['packages/stores/src/window/memory.ts', 'redis'],
  ])('%s must not import %s', (path, library) => {
    expect(findings(path, `import { x } from '${library}';`).join()).toContain('only');
  });

  it.each([
    ['packages/gateway/src/upstream/send.ts', 'undici'],
    ['packages/db/src/open.ts', 'drizzle-orm/pg-core'],
    ['packages/stores/src/window/redis.ts', 'redis'],
  ])('%s may import %s', (path, library) => {
    expect(findings(path, `import { x } from '${library}';`)).toEqual([]);
  });

  it('a package that is not declared is named, also when another one declares it', () => {
    expect(findings('packages/gateway/src/a.ts', `import { z } from 'zod';`).join()).toContain(
      'does not name it',
    );
    expect(findings('packages/gateway/src/a.ts', `import { it } from 'vitest';`).join()).toContain(
      'development',
    );
    expect(findings('packages/gateway/src/a.test.ts', `import { it } from 'vitest';`)).toEqual([]);
  });
});

describe('the environment', () => {
  it.each([
    'const url = process.env.DATABASE_URL;',
    `const url = process['env'];`,
    `import { env } from 'node:process';`,
    'const { PORT } = process.env;',
  ])('%s is forbidden outside the configuration', (text) => {
    expect(findings('apps/server/src/worker.ts', text).join()).toContain('process.env');
    expect(findings('apps/server/src/config.ts', text)).toEqual([]);
  });

  it('a test may read which services run for it, and nothing else', () => {
    expect(findings('packages/db/src/a.test.ts', 'const url = process.env.TEST_DATABASE_URL;')).toEqual([]);
    expect(findings('packages/db/src/a.test.ts', 'const url = process.env.DATABASE_URL;')).toHaveLength(1);
    expect(findings('packages/db/src/a.ts', 'const url = process.env.TEST_DATABASE_URL;')).toHaveLength(1);
  });
});

describe('what runs in a browser', () => {
  it('contracts reach no built-in, directly or through kit', () => {
    const kit = { 'packages/kit/src/id.ts': `import { randomBytes } from 'node:crypto';` };
    expect(findings('packages/contracts/src/a.ts', `import { x } from 'node:fs';`).join()).toContain(
      'node:fs',
    );
    const through = findings(
      'packages/contracts/src/a.ts',
      `import { newId } from '@api-proxy/kit/id';`,
      kit,
    );
    expect(through.join()).toContain('node:crypto');
    expect(
      findings('packages/contracts/src/a.ts', `import type { Id } from '@api-proxy/kit/id';`, kit),
    ).toEqual([]);
  });
});

it('a broken tree on disk is found with its path and line', () => {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  try {
    const path = 'packages/gateway/src/steps/plan.ts';
    for (const [name, text] of Object.entries({
      ...MANIFESTS,
      [path]: `\nimport { open } from '@api-proxy/db/open';\n`,
    })) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    mkdirSync(join(root, 'packages/gateway/node_modules/x'), { recursive: true });
    writeFileSync(join(root, 'packages/gateway/node_modules/x/index.js'), 'not parsed (');
    const found = checkBoundaries(readTree(root));
    expect(found[0]).toMatchObject({ path, line: 2, level: 'error' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
