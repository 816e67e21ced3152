// The package.json files of the tree, reduced to what the checks ask: names and declared dependencies.
import type { Tree } from './tree.ts';

export interface Manifest {
  /** '' for the root. */
  folder: string;
  name: string;
  /** dependencies, peerDependencies and optionalDependencies. */
  runtime: Set<string>;
  development: Set<string>;
}

const FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies'];

/** Every package.json of the root and of the workspaces. */
export function manifestsOf(tree: Tree): Manifest[] {
  const paths = [...tree.keys()].filter((path) =>
    /^((apps|packages)\/[\w-]+\/|tooling\/|e2e\/|bench\/)?package\.json$/.test(path),
  );
  return paths.map((path) => {
    const manifest: unknown = JSON.parse(tree.get(path) ?? '{}');
    return {
      folder: path.slice(0, -'package.json'.length).replace(/\/$/, ''),
      name: textField(manifest, 'name'),
      runtime: new Set(FIELDS.flatMap((field) => keysOf(manifest, field))),
      development: new Set(keysOf(manifest, 'devDependencies')),
    };
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function textField(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : '';
}

function keysOf(value: unknown, name: string): string[] {
  const field = fieldOf(value, name);
  return typeof field === 'object' && field !== null ? Object.keys(field) : [];
}
