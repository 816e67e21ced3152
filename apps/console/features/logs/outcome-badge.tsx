// How a request ended, in a word and a colour.
'use client';
import type { Outcome } from '@api-proxy/contracts/enums';
import { useTranslations } from 'next-intl';
import { StateDot, type Tone } from '@/components/ui/badge';
import { cn } from '@/lib/cn';

const TONES: Record<Outcome, Tone> = {
  ok: 'ok',
  client_closed: 'neutral',
  client_error: 'warn',
  denied: 'warn',
  upstream_error: 'bad',
  upstream_truncated: 'bad',
  interrupted: 'bad',
};

/** The status code beside its meaning. */
export function OutcomeState({
  outcome,
  status,
  className,
}: {
  outcome: Outcome;
  status: number;
  className?: string;
}) {
  const t = useTranslations('logs');
  return (
    <StateDot tone={TONES[outcome]} className={cn('shrink-0 whitespace-nowrap', className)}>
      <span className="num">{status}</span>
      <span className="text-muted">{t(`outcome.${outcome}`)}</span>
    </StateDot>
  );
}
