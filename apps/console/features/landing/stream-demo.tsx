// A request and its streamed answer, in the three protocols.
'use client';
import { useTranslations } from 'next-intl';
import { useEffect, useMemo, useState } from 'react';
import { paint } from '@/components/code/paint';
import { CopyButton } from '@/components/ui/copy-button';
import { type Example, examples } from './examples';

const STEP_MS = 170;
const REST_STEPS = 18;

/** How many events have arrived; starts anew after a rest. Stands at the end for those who want no motion. */
function useStream(example: Example): number {
  const total = example.events.length;
  const [step, setStep] = useState(total);
  useEffect(() => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    setStep(0);
    const timer = setInterval(
      () => setStep((before) => (before >= total + REST_STEPS ? 0 : before + 1)),
      STEP_MS,
    );
    return () => clearInterval(timer);
  }, [total]);
  return Math.min(step, total);
}

export function StreamDemo({ baseUrl }: { baseUrl: string }) {
  const t = useTranslations('landing');
  const all = useMemo(() => examples(baseUrl), [baseUrl]);
  const [id, setId] = useState('anthropic-messages');
  const example = all.find((one) => one.id === id) ?? all[0];
  if (!example) return null;
  return (
    <figure className="min-w-0 overflow-hidden rounded-xl border border-line bg-surface shadow-lg">
      <div className="flex items-center gap-1 border-line border-b bg-sunken pr-1.5 pl-2">
        <div
          role="tablist"
          aria-label={t('protocols')}
          className="flex min-w-0 flex-1 overflow-x-auto [scrollbar-width:none]"
        >
          {all.map((one) => (
            <button
              key={one.id}
              type="button"
              role="tab"
              aria-selected={one.id === example.id}
              onClick={() => setId(one.id)}
              className="-mb-px h-10 whitespace-nowrap border-transparent border-b-2 px-2.5 text-faint text-xs hover:text-ink focus-visible:outline-offset-[-3px] aria-selected:border-ink aria-selected:font-medium aria-selected:text-ink"
            >
              {one.label}
            </button>
          ))}
        </div>
        <CopyButton text={example.request} />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs focus to be scrolled by keys
        tabIndex={0}
        className="overflow-x-auto bg-code p-4 font-mono text-xs leading-5 focus-visible:outline-offset-[-2px]"
      >
        <code>{paint(example.request, example.lang)}</code>
      </pre>
      <Answer key={example.id} example={example} />
    </figure>
  );
}

function Answer({ example }: { example: Example }) {
  const t = useTranslations('landing');
  const step = useStream(example);
  const done = step === example.events.length;
  return (
    <div className="border-line border-t">
      <div className="flex h-8 items-center gap-2 px-4 text-xs">
        <span className="font-medium text-ok">200</span>
        <code className="font-mono text-faint">text/event-stream</code>
        <span className="ml-auto text-faint">{done ? t('complete') : t('streaming')}</span>
      </div>
      <pre aria-hidden className="h-56 overflow-hidden px-4 pb-4 font-mono text-xs leading-5">
        <code className="block">
          {example.events.slice(0, step).map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events keep their order
            <span key={index} className="block truncate text-muted">
              {paint(event, 'json')}
            </span>
          ))}
          {!done && (
            <span className="inline-block h-3.5 w-1.5 animate-[caret_1s_steps(1)_infinite] bg-accent align-middle" />
          )}
        </code>
      </pre>
    </div>
  );
}
