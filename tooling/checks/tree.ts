// The files a check looks at: a map from path to text, read from a folder or written down in a test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths are relative to the root, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

export interface Finding {
  path: string;
  /** 1-based; 0 when the finding is about the whole file. */
  line: number;
  /** Errors fail the check, warnings are only shown. */
  level: 'error' | 'warning';
  text: string;
}

const SKIPPED_FOLDERS = new Set([
  'node_modules',
  '.next',
  '.git',
  '.data',
  '.tools',
  '.artifacts',
  'coverage',
  'dist',
]);
const READ = /\.(ts|tsx|mjs|cjs|js|json)$/;

/** Reads every source and JSON file below a folder; installed and generated folders are left out. */
export function readTree(root: string): Tree {
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) walk(path);
      else if (entry.isFile() && READ.test(entry.name))
        files.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  walk('');
  return files;
}

/** The finding as `path:line text`. */
export function showFinding(finding: Finding): string {
  return `${finding.path}${finding.line ? `:${finding.line}` : ''}  ${finding.text}`;
}
