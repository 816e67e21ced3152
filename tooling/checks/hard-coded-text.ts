// Text for people that stands in the console's source instead of its messages.
import { type ESTree, type SourceFile, visit } from './source.ts';
import type { Finding } from './tree.ts';

const HAN = /\p{Script=Han}/u;
const WORD = /\p{L}{2,}/u;
const SHOWN_ATTRIBUTES = new Set([
  'title',
  'placeholder',
  'alt',
  'label',
  'description',
  'aria-label',
  'aria-description',
]);
// Names that read the same in every language.
const NAMES =
  /^(api-proxy|OpenAI|Anthropic|Claude|GitHub|API|URL|ID|JSON|SSE|USD|RPM|TPM|curl|中文|English)$/;
// A sample value such as `sk-…`, `https://…`, `name@example.com`, `gpt-4o`: a word with a sign or digit in it.
const SAMPLE = /^\S*(\d|…|[:/@._*]\S)\S*$/;
const CODE_TAGS = new Set(['code', 'kbd', 'pre', 'samp', 'style', 'script']);

/** Chinese in any literal, and words in JSX or in attributes that are read out or shown. */
export function checkHardCodedText(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  const inCode: { start: number; end: number }[] = [];
  const add = (node: ESTree.Node, text: string): void => {
    const shown = text.trim().slice(0, 40);
    const line = file.lineOf(node.start);
    found.push({ path: file.path, line, level: 'error', text: `“${shown}” belongs into the messages` });
  };
  const addIfShown = (node: ESTree.Node, text: string): void => {
    const value = text.trim();
    const isCode = inCode.some((span) => node.start >= span.start && node.end <= span.end);
    const words = value
      .split(/\s+/)
      .filter((word) => WORD.test(word) && !NAMES.test(word) && !SAMPLE.test(word));
    if (words.length > 0 && !isCode) add(node, value);
  };
  visit(file, {
    JSXElement: (node) => {
      const name = node.openingElement.name;
      if (name.type === 'JSXIdentifier' && CODE_TAGS.has(name.name)) inCode.push(node);
    },
    JSXText: (node) => addIfShown(node, node.value),
    JSXExpressionContainer: (node) => {
      if (node.expression.type === 'Literal' && typeof node.expression.value === 'string') {
        const parent = file.text.slice(0, node.start).trimEnd().at(-1);
        if (parent !== '=') addIfShown(node, node.expression.value);
      }
    },
    JSXAttribute: (node) => {
      const isShown = node.name.type === 'JSXIdentifier' && SHOWN_ATTRIBUTES.has(node.name.name);
      if (isShown && node.value?.type === 'Literal') addIfShown(node, String(node.value.value));
    },
    Literal: (node) => {
      if (typeof node.value === 'string' && HAN.test(node.value) && !NAMES.test(node.value))
        add(node, node.value);
    },
    TemplateElement: (node) => {
      if (HAN.test(node.value.raw)) add(node, node.value.raw);
    },
  });
  return found;
}
