// House rules that no linter knows: opening comment, names, and ways of silencing a check that are not allowed here.
import { type ESTree, type SourceFile, visit } from './source.ts';
import type { Finding } from './tree.ts';

// The words are put together here so that this file passes its own check.
const UNFINISHED = new RegExp(`\\b(${['TO', 'FIX'].join('DO|')}ME|XXX|HACK)\\b`);
const SILENCED = new RegExp(`@ts-${'(ignore|nocheck)'}|biome-ignore(?!.*: .{8,})|eslint-disable`);
const SKIPPING = new Set(['skip', 'only', 'todo', 'fails']);
const TEST_FUNCTIONS = new Set(['it', 'test', 'describe', 'suite', 'bench']);
const VAGUE_NAME = /(^|\/)(shared|common|utils?|helpers?|misc)(\/|\.)|(^|\/)types\.tsx?$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;
// Next reads these names and their default exports.
const FRAMEWORK_FILE =
  /^apps\/console\/((src\/)?app\/|(src\/)?i18n\/|[\w.-]+\.(ts|mjs)$)|\.config\.(ts|mjs)$/;

/** Every broken house rule of the files. */
export function checkHouseRules(files: SourceFile[]): Finding[] {
  return files.flatMap((file) => [...nameFindings(file), ...commentFindings(file), ...codeFindings(file)]);
}

function error(file: SourceFile, start: number, text: string): Finding {
  return { path: file.path, line: file.lineOf(start), level: 'error', text };
}

function nameFindings(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  const isRoute = FRAMEWORK_FILE.test(file.path);
  if (VAGUE_NAME.test(file.path)) found.push(error(file, 0, 'the name says nothing; name the idea it holds'));
  const name = (file.path.split('/').at(-1) ?? '').replace(/\.(ts|tsx|mjs|cjs|js)$/, '');
  if (!isRoute && !KEBAB.test(name)) found.push(error(file, 0, 'file names are kebab-case'));
  return found;
}

function commentFindings(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  if (!/^(#!.*\n|['"]use (client|server)['"];?\s*|\s)*\/[/*]/.test(file.text)) {
    const missing = error(file, 0, 'the file does not open with a comment on what it is for');
    // The names of its tests say much of it already.
    found.push(file.isTest ? { ...missing, level: 'warning' } : missing);
  }
  for (const comment of file.comments) {
    const unfinished = UNFINISHED.exec(comment.value);
    if (unfinished)
      found.push(error(file, comment.start, `${unfinished[0]}: finish it, or file it as an issue`));
    const silenced = SILENCED.exec(comment.value);
    if (silenced)
      found.push(error(file, comment.start, `${silenced[0]}: fix the cause, or say in words why not`));
  }
  return found;
}

function codeFindings(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  const add = (node: ESTree.Node, text: string): void => void found.push(error(file, node.start, text));
  visit(file, {
    TSAnyKeyword: (node) => add(node, '`any`: parse at the border, or use `unknown`'),
    TSNonNullExpression: (node) => add(node, '`!`: check the value, or make the type say it is there'),
    TSAsExpression: (node) => {
      if (inner(node.expression).type === 'TSAsExpression')
        add(node, '`as unknown as`: a cast that hides a wrong type');
    },
    CatchClause: (node) => {
      const silent = node.body.body.length === 0 && !file.comments.some((one) => within(one, node.body));
      if (silent) add(node, 'an empty catch hides a failure; say why it may be ignored');
    },
    MemberExpression: (node) => {
      if (file.isTest && isSkip(node)) add(node, 'a test is switched off, or switches off all the others');
    },
    CallExpression: (node) => {
      if (
        node.callee.type === 'Identifier' &&
        /^(xit|xtest|xdescribe|fit|fdescribe)$/.test(node.callee.name)
      ) {
        add(node, 'a test is switched off, or switches off all the others');
      }
    },
    ExportDefaultDeclaration: (node) => {
      if (!FRAMEWORK_FILE.test(file.path)) add(node, 'a default export has no name; export by name');
    },
  });
  return found;
}

function inner(node: ESTree.Node): ESTree.Node {
  return node.type === 'ParenthesizedExpression' ? inner(node.expression) : node;
}

function within(part: { start: number; end: number }, whole: { start: number; end: number }): boolean {
  return part.start >= whole.start && part.end <= whole.end;
}

function isSkip(node: ESTree.MemberExpression): boolean {
  if (node.property.type !== 'Identifier' || !SKIPPING.has(node.property.name)) return false;
  let target: ESTree.Node = node.object;
  while (target.type === 'MemberExpression') target = target.object;
  return target.type === 'Identifier' && TEST_FUNCTIONS.has(target.name);
}
