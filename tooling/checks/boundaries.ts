// Import boundaries: prints every arrow between parts, libraries and the environment that the table does not allow.
import { posix } from 'node:path';
import {
  BROWSER_SAFE,
  ENVIRONMENT_READERS,
  HOMES,
  TEST_ENVIRONMENT,
  TEST_MAY_IMPORT,
  ZONES,
} from './boundary-table.ts';
import { type Import, importsOf, isBuiltin, packageOf } from './imports.ts';
import { type Manifest, manifestsOf } from './manifests.ts';
import { parseTree, type SourceFile, visit } from './source.ts';
import type { Finding, Tree } from './tree.ts';

const SCOPE = '@api-proxy/';

/** Every forbidden arrow of the tree; an empty list is a clean house. */
export function checkBoundaries(tree: Tree, files: SourceFile[] = parseTree(tree)): Finding[] {
  const manifests = manifestsOf(tree);
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]));
  return [
    ...files.flatMap((file) => {
      const arrows = imports.get(file.path) ?? [];
      const checks = [
        zoneFinding,
        homeFinding,
        (f: SourceFile, i: Import) => declaredFinding(f, i, manifests),
      ];
      return arrows.flatMap((arrow) =>
        checks.map((check) => check(file, arrow)).filter((text) => text !== undefined),
      );
    }),
    ...files.flatMap(environmentFindings),
    ...browserFindings(files, imports),
    ...manifestFindings(manifests),
  ];
}

function error(path: string, line: number, text: string): Finding {
  return { path, line, level: 'error', text };
}

/** Name of the part a file belongs to; undefined for files of the root. */
function zoneOf(path: string): string | undefined {
  return Object.keys(ZONES).find((name) => path.startsWith(`${ZONES[name]?.folder}/`));
}

function zoneFinding(file: SourceFile, arrow: Import): Finding | undefined {
  const from = zoneOf(file.path);
  if (!from) return undefined;
  const zone = ZONES[from];
  if (arrow.specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file.path), arrow.specifier);
    if (target.startsWith(`${zone?.folder}/`)) return undefined;
    return error(file.path, arrow.line, `${from} → ${target}: a relative import leaves its package`);
  }
  if (!arrow.specifier.startsWith(SCOPE)) return undefined;
  const to = arrow.specifier.slice(SCOPE.length).split('/')[0] ?? '';
  const allowed = file.isTest ? [...(zone?.mayImport ?? []), ...TEST_MAY_IMPORT] : (zone?.mayImport ?? []);
  if (to === from || allowed.includes(to)) return undefined;
  return error(
    file.path,
    arrow.line,
    `${from} → ${to}: forbidden; ${from} may import ${allowed.join(', ') || 'nothing'}`,
  );
}

function homeFinding(file: SourceFile, arrow: Import): Finding | undefined {
  const home = HOMES.find(({ library }) => library.test(packageOf(arrow.specifier)));
  if (!home || home.files.test(file.path)) return undefined;
  return error(file.path, arrow.line, `${arrow.specifier}: only ${home.where} may import it`);
}

function declaredFinding(file: SourceFile, arrow: Import, manifests: Manifest[]): Finding | undefined {
  if (/^[.#]|^@\/|^virtual:/.test(arrow.specifier) || isBuiltin(arrow.specifier)) return undefined;
  const name = packageOf(arrow.specifier);
  const own = manifests.find(({ folder }) => folder !== '' && file.path.startsWith(`${folder}/`));
  const root = manifests.find(({ folder }) => folder === '');
  if (own?.name === name || own?.runtime.has(name)) return undefined;
  const development = own?.development.has(name) || root?.development.has(name) || root?.runtime.has(name);
  if (development && (arrow.typeOnly || isDevelopment(file))) return undefined;
  const where = own ? `${own.folder}/package.json` : 'package.json';
  const text = development ? 'is only a development dependency there' : 'does not name it';
  return error(file.path, arrow.line, `${arrow.specifier}: ${where} ${text}`);
}

/** Files that never run in production: tests, the demo, configuration of tools, and the parts made for development. */
function isDevelopment(file: SourceFile): boolean {
  return file.isTest || /^(tooling|bench|e2e)\/|^apps\/server\/src\/demo|\.config\.(ts|mjs)$/.test(file.path);
}

function environmentFindings(file: SourceFile): Finding[] {
  if (ENVIRONMENT_READERS.some((pattern) => pattern.test(file.path))) return [];
  const found: Finding[] = [];
  const allowed = (start: number): boolean => {
    const name = /^process\.env(?:\.(\w+)|\[['"](\w+)['"]\])/.exec(file.text.slice(start, start + 80));
    return file.isTest && TEST_ENVIRONMENT.includes(name?.[1] ?? name?.[2] ?? '');
  };
  const add = (start: number): void => {
    found.push(
      error(file.path, file.lineOf(start), 'process.env: only the configuration file of an app may read it'),
    );
  };
  visit(file, {
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier' || node.object.name !== 'process') return;
      const property = node.property;
      const isEnv =
        property.type === 'Identifier'
          ? property.name === 'env'
          : property.type === 'Literal' && property.value === 'env';
      if (isEnv && !allowed(node.start)) add(node.start);
    },
    ImportDeclaration: (node) => {
      if (node.source.value !== 'node:process' && node.source.value !== 'process') return;
      const names = node.specifiers.filter((part) => part.type === 'ImportSpecifier');
      const env = names.find(({ imported }) => imported.type === 'Identifier' && imported.name === 'env');
      if (env) add(env.start);
    },
  });
  return found;
}

/** Follows the imports of browser-safe parts through the project's own files and names each built-in reached. */
function browserFindings(files: SourceFile[], imports: Map<string, Import[]>): Finding[] {
  const start = files.filter((file) => !file.isTest && BROWSER_SAFE.includes(zoneOf(file.path) ?? ''));
  const queue = start.map((file) => file.path);
  const seen = new Set(queue);
  const found: Finding[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const arrow of (imports.get(path) ?? []).filter(({ typeOnly }) => !typeOnly)) {
      if (isBuiltin(arrow.specifier)) {
        found.push(
          error(path, arrow.line, `${arrow.specifier}: reached from contracts, which must run in a browser`),
        );
      }
      const target = ownFile(path, arrow.specifier);
      if (target && !seen.has(target)) {
        seen.add(target);
        queue.push(target);
      }
    }
  }
  return found;
}

function ownFile(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  if (!specifier.startsWith(SCOPE)) return undefined;
  const [name = '', ...rest] = specifier.slice(SCOPE.length).split('/');
  const zone = ZONES[name];
  return zone && `${zone.folder}/src/${rest.join('/')}.ts`;
}

/** A package must not even declare a part it may not import. */
function manifestFindings(manifests: Manifest[]): Finding[] {
  return manifests.flatMap((manifest) => {
    const from = manifest.name.slice(SCOPE.length);
    const allowed = ZONES[from]?.mayImport;
    if (!allowed) return [];
    const own = [...manifest.runtime]
      .filter((name) => name.startsWith(SCOPE))
      .map((name) => name.slice(SCOPE.length));
    const forbidden = own.filter((to) => !allowed.includes(to));
    return forbidden.map((to) =>
      error(`${manifest.folder}/package.json`, 0, `${from} → ${to}: declared, but forbidden`),
    );
  });
}
