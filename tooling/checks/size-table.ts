// The size table: lines, longest function, `any`, casts and comments of every part, with the limits that fail.
import { type ESTree, type SourceFile, visit } from './source.ts';
import type { Finding } from './tree.ts';

/** Lines; style.md, rule 1. */
export const LIMITS = {
  fileWarns: 300,
  fileFails: 400,
  functionWarns: 60,
  functionFails: 100,
  parameters: 3,
} as const;

export interface SizeRow {
  part: string;
  files: number;
  lines: number;
  testLines: number;
  longestFile: number;
  longestFunction: number;
  anyCount: number;
  /** `as` other than `as const`, outside tests. */
  casts: number;
  /** Share of lines outside tests that hold a comment, 0 to 1. */
  commentShare: number;
}

interface MeasuredFunction {
  name: string;
  start: number;
  end: number;
  line: number;
  lines: number;
  parameters: number;
}

interface Measured {
  file: SourceFile;
  functions: MeasuredFunction[];
  anyCount: number;
  casts: number;
  commentLines: number;
}

/** The table and what is over its limits. */
export function checkSizes(files: SourceFile[]): { rows: SizeRow[]; findings: Finding[] } {
  const measured = files.map(measure);
  const parts = [...new Set(files.map((file) => partOf(file.path)))].sort();
  const rows = parts.map((part) =>
    rowOf(
      part,
      measured.filter(({ file }) => partOf(file.path) === part),
    ),
  );
  return { rows, findings: measured.flatMap(findingsOf) };
}

/** The table as aligned text. */
export function showSizes(rows: SizeRow[]): string {
  const head = [
    'part',
    'files',
    'lines',
    'of tests',
    'longest file',
    'longest function',
    'any',
    'as',
    'comments',
  ];
  const body = rows.map((row) => [
    ...[row.part, row.files, row.lines, row.testLines, row.longestFile, row.longestFunction].map(String),
    ...[String(row.anyCount), String(row.casts), `${Math.round(row.commentShare * 100)} %`],
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  return [line(head), ...body.map(line)].join('\n');
}

function partOf(path: string): string {
  const parts = path.split('/');
  if (parts.length === 1) return '(root)';
  return parts[0] === 'apps' || parts[0] === 'packages' ? `${parts[0]}/${parts[1]}` : (parts[0] ?? '');
}

function rowOf(part: string, measured: Measured[]): SizeRow {
  const sum = (list: Measured[], value: (one: Measured) => number): number =>
    list.reduce((total, one) => total + value(one), 0);
  const shipped = measured.filter(({ file }) => !file.isTest);
  const lines = sum(measured, ({ file }) => file.lineCount);
  const shippedLines = sum(shipped, ({ file }) => file.lineCount);
  return {
    part,
    files: measured.length,
    lines,
    testLines: lines - shippedLines,
    longestFile: Math.max(...measured.map(({ file }) => file.lineCount)),
    longestFunction: Math.max(0, ...measured.flatMap(({ functions }) => functions.map((one) => one.lines))),
    anyCount: sum(measured, ({ anyCount }) => anyCount),
    casts: sum(shipped, ({ casts }) => casts),
    commentShare: shippedLines === 0 ? 0 : sum(shipped, ({ commentLines }) => commentLines) / shippedLines,
  };
}

function measure(file: SourceFile): Measured {
  const functions: MeasuredFunction[] = [];
  const registrations: ESTree.CallExpression[] = [];
  let [anyCount, casts] = [0, 0];
  const add = (node: ESTree.Function | ESTree.ArrowFunctionExpression): void => {
    const { start, end, params } = node;
    const line = file.lineOf(start);
    const name = 'id' in node && node.id ? node.id.name : '(anonymous)';
    functions.push({ name, start, end, line, lines: file.lineOf(end) - line + 1, parameters: params.length });
  };
  visit(file, {
    CallExpression: (node) => {
      if (file.isTest && registers(node.callee, /^(describe|it|test)/)) registrations.push(node);
    },
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
    TSAnyKeyword: () => {
      anyCount += 1;
    },
    TSAsExpression: (node) => {
      const target = node.typeAnnotation;
      const named =
        target.type === 'TSTypeReference' && target.typeName.type === 'Identifier'
          ? target.typeName.name
          : '';
      if (named !== 'const') casts += 1;
    },
  });
  const commented = file.comments.map(({ start, end }) => file.lineOf(end) - file.lineOf(start) + 1);
  return {
    file,
    functions: functions.filter((one) => !isChapter(one, registrations)),
    anyCount,
    casts,
    commentLines: commented.reduce((total, lines) => total + lines, 0),
  };
}

/** The callback of a `describe`, and a function that registers tests, are chapters; the tests themselves are measured. */
function isChapter(one: MeasuredFunction, registrations: ESTree.CallExpression[]): boolean {
  const suites = registrations.filter(({ callee }) => registers(callee, /^describe/));
  const isCallback = suites.some((suite) => suite.arguments.some((argument) => argument.start === one.start));
  return isCallback || registrations.some((call) => call.start >= one.start && call.end <= one.end);
}

/** describe(…), it(…), it.each(…)(…), describe.skipIf(…)(…) and functions named after them. */
function registers(callee: ESTree.Node, name: RegExp): boolean {
  if (callee.type === 'Identifier') return name.test(callee.name);
  if (callee.type === 'MemberExpression') return registers(callee.object, name);
  return callee.type === 'CallExpression' && registers(callee.callee, name);
}

function findingsOf({ file, functions }: Measured): Finding[] {
  const found: Finding[] = [];
  const add = (line: number, isError: boolean, text: string): void => {
    found.push({ path: file.path, line, level: isError ? 'error' : 'warning', text });
  };
  if (file.lineCount > LIMITS.fileWarns) {
    add(0, file.lineCount > LIMITS.fileFails, `${file.lineCount} lines (limit ${LIMITS.fileWarns})`);
  }
  for (const { name, line, lines, parameters } of functions) {
    if (lines > LIMITS.functionWarns) {
      add(
        line,
        lines > LIMITS.functionFails,
        `function ${name} has ${lines} lines (limit ${LIMITS.functionWarns})`,
      );
    }
    // The columns of an `it.each` table arrive as parameters.
    if (parameters > LIMITS.parameters && !file.isTest)
      add(line, false, `function ${name} has ${parameters} parameters (limit 3)`);
  }
  return found;
}
