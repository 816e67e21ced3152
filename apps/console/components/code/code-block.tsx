// Code to read and copy, and the same thing in several languages.
'use client';
import { type ReactNode, useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { cn } from '@/lib/cn';
import { paint } from './paint';

/** Code with a title line and a copy button; `code` may be any language, `lang` only colours it. */
export function CodeBlock({
  code,
  title,
  lang = 'text',
  className,
}: {
  code: string;
  title?: ReactNode;
  lang?: CodeLang;
  className?: string;
}) {
  return (
    <figure className={cn('min-w-0 overflow-hidden rounded-lg border border-line bg-code', className)}>
      {title && (
        <figcaption className="flex h-9 items-center justify-between gap-2 border-line border-b pr-1 pl-3 text-muted text-xs">
          {title}
          <CopyButton text={code} />
        </figcaption>
      )}
      <div className="relative">
        <Code code={code} lang={lang} />
        {!title && <CopyButton text={code} className="absolute top-1.5 right-1.5 bg-code" />}
      </div>
    </figure>
  );
}

export type CodeLang = 'text' | 'shell' | 'python' | 'typescript' | 'json' | 'toml';

function Code({ code, lang }: { code: string; lang: CodeLang }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs focus to be scrolled by keys
      tabIndex={0}
      className="overflow-x-auto p-3 font-mono text-xs leading-5 focus-visible:outline-offset-[-2px]"
    >
      <code>{lang === 'text' ? code : paint(code, lang)}</code>
    </pre>
  );
}

export type CodeTab = { id: string; label: string; code: string; lang: CodeLang; note?: ReactNode };

/** The same thing for several clients, one tab each. */
export function CodeTabs({
  tabs,
  label,
  className,
}: {
  tabs: readonly CodeTab[];
  label: string;
  className?: string;
}) {
  const [chosen, setChosen] = useState(tabs[0]?.id);
  const tab = tabs.find(({ id }) => id === chosen) ?? tabs[0];
  if (!tab) return null;
  return (
    <figure className={cn('min-w-0 overflow-hidden rounded-lg border border-line bg-code', className)}>
      <div className="flex items-center gap-1 border-line border-b pr-1 pl-1.5">
        <div
          role="tablist"
          aria-label={label}
          className="flex min-w-0 flex-1 overflow-x-auto [scrollbar-width:none]"
        >
          {tabs.map(({ id, label: name }) => (
            <button
              key={id}
              type="button"
              role="tab"
              aria-selected={id === tab.id}
              onClick={() => setChosen(id)}
              className="-mb-px h-9 whitespace-nowrap border-transparent border-b-2 px-2 text-faint text-xs transition-colors hover:text-ink focus-visible:outline-offset-[-3px] aria-selected:border-ink aria-selected:font-medium aria-selected:text-ink"
            >
              {name}
            </button>
          ))}
        </div>
        <CopyButton text={tab.code} />
      </div>
      <div role="tabpanel">
        <Code code={tab.code} lang={tab.lang} />
      </div>
      {tab.note && (
        <figcaption className="border-line border-t bg-sunken px-3 py-2 text-muted text-xs">
          {tab.note}
        </figcaption>
      )}
    </figure>
  );
}
