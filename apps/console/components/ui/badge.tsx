// Badges and state dots: colour always comes with a word.
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

export type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'bad';

const BADGE: Record<Tone, string> = {
  neutral: 'bg-hover text-muted',
  accent: 'bg-accent-soft text-accent',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

const DOT: Record<Tone, string> = {
  neutral: 'bg-faint',
  accent: 'bg-accent',
  ok: 'bg-ok-fill',
  warn: 'bg-warn-fill',
  bad: 'bg-bad-fill',
};

/** A small label. */
export function Badge({ tone = 'neutral', className, ...props }: ComponentProps<'span'> & { tone?: Tone }) {
  return (
    <span
      className={cn(
        'inline-flex h-5 max-w-full items-center gap-1 truncate whitespace-nowrap rounded px-1.5 font-medium text-xs [&_svg]:size-3',
        BADGE[tone],
        className,
      )}
      {...props}
    />
  );
}

/** A coloured dot beside the word for a state; `live` makes it breathe. */
export function StateDot({
  tone = 'neutral',
  live = false,
  className,
  children,
}: {
  tone?: Tone;
  live?: boolean;
  className?: string;
  children: React.ReactNode;
}) {
  return (
    <span className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', className)}>
      <span className="relative flex size-2 shrink-0" aria-hidden>
        {live && <span className={cn('absolute inset-0 animate-ping rounded-full opacity-60', DOT[tone])} />}
        <span className={cn('relative size-2 rounded-full', DOT[tone])} />
      </span>
      {children}
    </span>
  );
}
