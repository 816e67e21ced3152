// The import arrows of one file: what it names, where, and whether only types cross.
import { builtinModules } from 'node:module';
import { type ESTree, type SourceFile, visit } from './source.ts';

export interface Import {
  /** As written: './x.ts', 'node:fs', '@api-proxy/kit/money', 'zod'. */
  specifier: string;
  line: number;
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
}

const BUILTIN = new Set(builtinModules);

/** Every import, re-export, dynamic import and type import of a file, in source order. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  const add = (source: ESTree.Node | null, typeOnly: boolean): void => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    found.push({ specifier: source.value, line: file.lineOf(source.start), typeOnly });
  };
  visit(file, {
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type'),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ImportExpression: (node) => add(node.source, false),
    TSImportType: (node) => add(node.source, true),
  });
  return found;
}

/** 'zod/v4' → 'zod', '@scope/name/deep' → '@scope/name'. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

export function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || BUILTIN.has(specifier);
}
