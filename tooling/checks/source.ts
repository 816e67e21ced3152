// Parsed source files: what the checks on code share. The parser is the one inside the test runner (oxc).
import { type ESTree, parseSync, Visitor, type VisitorObject } from 'rolldown/utils';
import type { Tree } from './tree.ts';

export type { ESTree } from 'rolldown/utils';

export interface SourceFile {
  path: string;
  text: string;
  lineCount: number;
  isTest: boolean;
  program: ESTree.Program;
  comments: { value: string; start: number; end: number }[];
  /** 1-based line of an offset. */
  lineOf: (offset: number) => number;
}

const CODE = /\.(ts|tsx|mjs|cjs|js)$/;
// Generated code and data: written by a tool, or recorded; and declarations, which hold no code.
const EXEMPT = /(^|\/)(migrations|fixtures|data|generated)\/|\.generated\.tsx?$|\.d\.ts$|^bench\/results\//;
// The contract suite of a port is a test that its adapters' tests call.
const TEST = /\.test\.tsx?$|^packages\/stores\/src\/.+\/contract\.ts$/;

/**
 * Parses every code file of the tree that people write.
 * @throws Error naming the file that is no valid TypeScript
 */
export function parseTree(tree: Tree): SourceFile[] {
  const paths = [...tree.keys()].filter((path) => CODE.test(path) && !EXEMPT.test(path)).sort();
  return paths.map((path) => parseFile(path, tree.get(path) ?? ''));
}

/** Parses one file; the path decides between TypeScript, JavaScript and JSX. */
export function parseFile(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text, { sourceType: 'module' });
  const problem = parsed.errors[0];
  if (problem) throw new Error(`${path} cannot be parsed: ${problem.message}`);
  const starts = lineStarts(text);
  return {
    path,
    text,
    lineCount: text === '' ? 0 : starts.length - (text.endsWith('\n') ? 1 : 0),
    isTest: TEST.test(path),
    program: parsed.program,
    comments: parsed.comments,
    lineOf: (offset) => lineAt(starts, offset),
  };
}

/** Calls the handler of a node's type for each node, in source order. */
export function visit(file: SourceFile, handlers: VisitorObject): void {
  new Visitor(handlers).visit(file.program);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
