// Money, counts, durations and moments on the screen: short to read, exact on hover and focus.
'use client';
import { useLocale, useTranslations } from 'next-intl';
import { cn } from '@/lib/cn';
import { exactMoney, shortMoney } from '@/lib/money';
import { duration, exactCount, shortCount } from '@/lib/number';
import { useNow } from '@/lib/use-now';
import { denseTime, exactTime, relativeTime } from '@/lib/when';
import { Tooltip } from './tooltip';

/** USD as a decimal text; `short` rounds for headlines and keeps the exact amount on hover. */
export function Money({
  usd,
  short = false,
  className,
}: {
  usd: string | null | undefined;
  short?: boolean;
  className?: string;
}) {
  if (usd === null || usd === undefined) return <Nothing />;
  const exact = exactMoney(usd);
  const text = short ? shortMoney(usd) : exact;
  if (text === exact) return <span className={cn('num', className)}>{text}</span>;
  return <Hoverable text={text} exact={exact} {...(className === undefined ? {} : { className })} />;
}

/** A token count such as `12.3K`. */
export function Tokens({ count, className }: { count: number | null | undefined; className?: string }) {
  if (count === null || count === undefined) return <Nothing />;
  const exact = exactCount(count);
  const text = shortCount(count);
  if (text === exact) return <span className={cn('num', className)}>{text}</span>;
  return <Hoverable text={text} exact={exact} {...(className === undefined ? {} : { className })} />;
}

/** A whole number with separators. */
export function Count({ value, className }: { value: number | null | undefined; className?: string }) {
  if (value === null || value === undefined) return <Nothing />;
  return <span className={cn('num', className)}>{exactCount(value)}</span>;
}

/** A span of time in milliseconds. */
export function Duration({ ms, className }: { ms: number | null | undefined; className?: string }) {
  if (ms === null || ms === undefined) return <Nothing />;
  return <span className={cn('num', className)}>{duration(ms)}</span>;
}

/** A moment (ISO 8601, UTC): relative by default, `dense` for columns; the exact one on hover, in the viewer's zone. */
export function When({
  at,
  dense = false,
  className,
}: {
  at: string | null | undefined;
  dense?: boolean;
  className?: string;
}) {
  const locale = useLocale();
  const now = useNow();
  if (!at) return <Nothing />;
  const moment = new Date(at);
  // The server does not know the viewer's zone or clock: until the page is live, UTC stands in.
  if (now === null) {
    return (
      <time dateTime={at} className={cn('num', className)}>
        {dense ? denseTime(moment, 'UTC') : exactTime(moment, 'UTC')}
      </time>
    );
  }
  const text = dense ? denseTime(moment) : relativeTime(moment, now, locale);
  return (
    <Tooltip content={<span className="num">{exactTime(moment)}</span>}>
      <time dateTime={at} className={cn('num', className)}>
        {text}
      </time>
    </Tooltip>
  );
}

/** The mark for a value that does not exist. */
export function Nothing() {
  const t = useTranslations('ui');
  return (
    <span className="text-faint" title={t('nothing')}>
      —
    </span>
  );
}

function Hoverable({ text, exact, className }: { text: string; exact: string; className?: string }) {
  return (
    <Tooltip content={<span className="num">{exact}</span>}>
      <span className={cn('num', className)}>{text}</span>
    </Tooltip>
  );
}
