// Colours short code samples: comments, texts, words with a meaning. Not a parser, and no dependency.
import type { ReactNode } from 'react';
import type { CodeLang } from './code-block';

const WORDS: Record<CodeLang, RegExp | null> = {
  text: null,
  shell: /\b(?:curl|export|claude|codex|npm|pip)\b/y,
  python: /\b(?:import|from|as|with|for|in|print|def|return)\b/y,
  typescript: /\b(?:import|from|const|await|for|of|new|async|return)\b/y,
  json: /\b(?:true|false|null)\b/y,
  toml: /^\[[^\]]*\]/my,
};

const COMMENT: Partial<Record<CodeLang, RegExp>> = {
  shell: /#[^\n]*/y,
  python: /#[^\n]*/y,
  toml: /#[^\n]*/y,
  typescript: /\/\/[^\n]*/y,
};

const TEXT = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/y;
const NAME = /[\w$]+|\s+/y;

function matchAt(pattern: RegExp | null | undefined, code: string, at: number): string | undefined {
  if (!pattern) return undefined;
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0];
}

/** Gives the code as spans; whatever it does not know stays plain. */
export function paint(code: string, lang: CodeLang): ReactNode[] {
  const out: ReactNode[] = [];
  let plain = '';
  const push = (text: string, className: string, at: number) => {
    if (plain) out.push(plain);
    plain = '';
    out.push(
      <span key={at} className={className}>
        {text}
      </span>,
    );
  };
  for (let at = 0; at < code.length; ) {
    const comment = matchAt(COMMENT[lang], code, at);
    const text = comment === undefined ? matchAt(TEXT, code, at) : undefined;
    const word = comment === undefined && text === undefined ? matchAt(WORDS[lang], code, at) : undefined;
    const found = comment ?? text ?? word;
    if (found === undefined) {
      const rest = matchAt(NAME, code, at) ?? code.charAt(at);
      plain += rest;
      at += rest.length;
      continue;
    }
    push(found, comment !== undefined ? 'text-faint' : text !== undefined ? 'text-ok' : 'text-accent', at);
    at += found.length;
  }
  if (plain) out.push(plain);
  return out;
}
