// Language completeness of the console: same keys and arguments in each language, every key used, no text outside.
import { checkHardCodedText } from './hard-coded-text.ts';
import { argumentsOf } from './message-arguments.ts';
import { keyUses, literalsOf } from './message-uses.ts';
import { parseTree, type SourceFile } from './source.ts';
import type { Finding, Tree } from './tree.ts';

const FOLDER = 'apps/console/messages';
const LANGUAGES = ['en', 'zh'] as const;

/** Keys of nested messages joined with dots, with their texts. */
export type Catalogue = ReadonlyMap<string, string>;

/** Everything that would show a reader a missing text, or a text in the wrong language. */
export function checkMessages(tree: Tree, files: SourceFile[] = parseTree(tree)): Finding[] {
  const [en, zh] = LANGUAGES.map((language) => readCatalogue(tree, language));
  if (!en || !zh) return LANGUAGES.filter((language) => !readCatalogue(tree, language)).map(missingCatalogue);
  const console = files.filter((file) => file.path.startsWith('apps/console/') && !file.isTest);
  const contracts = files.filter((file) => file.path.startsWith('packages/contracts/') && !file.isTest);
  return [
    ...keyFindings(en, zh),
    ...argumentFindings(en, zh),
    ...useFindings(en, console, contracts),
    ...console.flatMap(checkHardCodedText),
  ];
}

function pathOf(language: string): string {
  return `${FOLDER}/${language}.json`;
}

function missingCatalogue(language: string): Finding {
  return { path: pathOf(language), line: 0, level: 'error', text: 'the file is missing' };
}

function readCatalogue(tree: Tree, language: string): Catalogue | undefined {
  const text = tree.get(pathOf(language));
  if (text === undefined) return undefined;
  const found = new Map<string, string>();
  const walk = (value: unknown, prefix: string): void => {
    if (typeof value === 'string') found.set(prefix, value);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, part] of Object.entries(value)) walk(part, prefix ? `${prefix}.${key}` : key);
    }
  };
  walk(JSON.parse(text), '');
  return found;
}

function keyFindings(en: Catalogue, zh: Catalogue): Finding[] {
  const pairs = [
    { from: en, to: zh, language: 'zh' },
    { from: zh, to: en, language: 'en' },
  ];
  return pairs.flatMap(({ from, to, language }) => {
    const missing = [...from.keys()].filter((key) => !to.has(key));
    const empty = [...to].filter(([, text]) => text.trim() === '').map(([key]) => key);
    return [
      ...missing.map((key) => messageError(language, `${key} is missing`)),
      ...empty.map((key) => messageError(language, `${key} is empty`)),
    ];
  });
}

function argumentFindings(en: Catalogue, zh: Catalogue): Finding[] {
  return [...en].flatMap(([key, text]) => {
    const other = zh.get(key);
    if (other === undefined) return [];
    const [a, b] = [argumentsOf(text), argumentsOf(other)];
    if ('problem' in a) return [messageError('en', `${key}: ${a.problem}`)];
    if ('problem' in b) return [messageError('zh', `${key}: ${b.problem}`)];
    const [ours, theirs] = [a.names.join(', '), b.names.join(', ')];
    return ours === theirs ? [] : [messageError('zh', `${key} takes (${theirs}), but (${ours}) in English`)];
  });
}

function useFindings(messages: Catalogue, console: SourceFile[], contracts: SourceFile[]): Finding[] {
  const found: Finding[] = [];
  const keys = [...messages.keys()];
  const used = new Set<string>();
  const literals = new Set([...console, ...contracts].flatMap(literalsOf));
  for (const file of console) {
    for (const use of keyUses(file)) {
      const matching = keys.filter((key) => use.matches(key, literals));
      for (const key of matching) used.add(key);
      if (matching.length === 0) {
        found.push({ path: file.path, line: use.line, level: 'error', text: `no message fits ${use.text}` });
      }
    }
  }
  const unused = keys.filter((key) => !used.has(key));
  return [...found, ...unused.map((key) => messageError('en', `${key} is used nowhere`))];
}

function messageError(language: string, text: string): Finding {
  return { path: pathOf(language), line: 0, level: 'error', text };
}
