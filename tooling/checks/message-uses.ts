// Which message keys a source file asks for, through next-intl's translators.
import { type ESTree, type SourceFile, visit } from './source.ts';

export interface KeyUse {
  line: number;
  /** The use as written, for a finding. */
  text: string;
  /** True for a key this use can mean; literals are all texts of the source, for keys that come from a table. */
  matches: (key: string, literals: ReadonlySet<string>) => boolean;
}

interface Translator {
  name: string;
  /** undefined when the namespace is not written down. */
  namespace: string | undefined;
  /** The function it is declared in. */
  scope: Span;
}

interface Span {
  start: number;
  end: number;
}

const MAKERS = new Set(['useTranslations', 'getTranslations']);
const FORMS = new Set(['rich', 'markup', 'raw', 'has']);

/** Every call of a translator in the file. */
export function keyUses(file: SourceFile): KeyUse[] {
  const functions: Span[] = [file.program];
  const declared: Omit<Translator, 'scope'>[] = [];
  const at = new Map<object, number>();
  const calls: { name: string; node: ESTree.CallExpression }[] = [];
  const addFunction = (node: Span): void => void functions.push(node);
  visit(file, {
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: addFunction,
    VariableDeclarator: (node) => {
      const namespace = namespaceOf(node.init);
      if (node.id.type !== 'Identifier' || !namespace) return;
      const translator = { name: node.id.name, namespace: namespace.value };
      declared.push(translator);
      at.set(translator, node.start);
    },
    CallExpression: (node) => {
      const name = translatorName(node.callee);
      if (name) calls.push({ name, node });
    },
  });
  const translators = declared.map((one) => ({ ...one, scope: innermost(functions, at.get(one) ?? 0) }));
  return calls.flatMap(({ name, node }) => {
    const own = translators.filter((one) => one.name === name && inside(node.start, one.scope));
    const translator = own.sort((a, b) => size(a.scope) - size(b.scope))[0];
    // `t` as a parameter is a translator whose namespace is known to its caller only.
    if (!translator && name !== 't') return [];
    const argument = node.arguments[0];
    return argument ? usesOf(file, argument, translator?.namespace) : [];
  });
}

/** Every string in the file. */
export function literalsOf(file: SourceFile): string[] {
  const found: string[] = [];
  visit(file, {
    Literal: (node) => {
      if (typeof node.value === 'string') found.push(node.value);
    },
  });
  return found;
}

function usesOf(file: SourceFile, argument: ESTree.Node, namespace: string | undefined): KeyUse[] {
  const line = file.lineOf(argument.start);
  const shown = `${namespace ? `${namespace}.` : ''}${file.text.slice(argument.start, argument.end)}`;
  const fits = (key: string, rest: (tail: string) => boolean): boolean => {
    if (namespace === undefined) return tails(key).some(rest);
    const prefix = namespace === '' ? '' : `${namespace}.`;
    return key.startsWith(prefix) && rest(key.slice(prefix.length));
  };
  return branches(argument).map((node) => {
    const pattern = patternOf(node);
    const matches: KeyUse['matches'] = (key, literals) =>
      fits(key, (tail) => (pattern ? pattern.test(tail) : literals.has(tail)));
    return { line, text: shown, matches };
  });
}

/** The ways an argument can go: both sides of a condition count as written. */
function branches(node: ESTree.Node): ESTree.Node[] {
  switch (node.type) {
    case 'ConditionalExpression':
      return [...branches(node.consequent), ...branches(node.alternate)];
    case 'LogicalExpression':
      return [...branches(node.left), ...branches(node.right)];
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return branches(node.expression);
    default:
      return [node];
  }
}

/** The keys a text or a template can be; undefined for anything computed elsewhere. */
function patternOf(node: ESTree.Node): RegExp | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string')
    return new RegExp(`^${escaped(node.value)}$`);
  if (node.type !== 'TemplateLiteral') return undefined;
  return new RegExp(`^${node.quasis.map((quasi) => escaped(quasi.value.cooked ?? '')).join('[\\w-]+')}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function namespaceOf(init: ESTree.Node | null): { value: string | undefined } | undefined {
  if (!init) return undefined;
  if (init.type === 'AwaitExpression') return namespaceOf(init.argument);
  if (init.type !== 'CallExpression' || init.callee.type !== 'Identifier') return undefined;
  if (!MAKERS.has(init.callee.name)) return undefined;
  const argument = init.arguments[0];
  if (!argument) return { value: '' };
  if (argument.type === 'ObjectExpression') {
    const property = argument.properties.find(
      (one) => one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === 'namespace',
    );
    if (!property) return { value: '' };
    return { value: property.type === 'Property' ? textOf(property.value) : undefined };
  }
  return { value: textOf(argument) };
}

function textOf(node: ESTree.Node): string | undefined {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function translatorName(callee: ESTree.Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
  const isForm = callee.property.type === 'Identifier' && FORMS.has(callee.property.name);
  return isForm ? callee.object.name : undefined;
}

/** 'a.b.c' → 'a.b.c', 'b.c', 'c'. */
function tails(key: string): string[] {
  const parts = key.split('.');
  return parts.map((_, from) => parts.slice(from).join('.'));
}

function innermost(functions: Span[], offset: number): Span {
  const around = functions.filter((one) => inside(offset, one));
  return around.sort((a, b) => size(a) - size(b))[0] ?? { start: 0, end: Number.POSITIVE_INFINITY };
}

function inside(offset: number, span: Span): boolean {
  return offset >= span.start && offset < span.end;
}

function size(span: Span): number {
  return span.end - span.start;
}
