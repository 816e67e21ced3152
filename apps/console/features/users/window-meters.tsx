// Spending limits per window with what is used of each, as bars.
'use client';
import type { WindowQuota } from '@api-proxy/contracts/quotas';
import { useTranslations } from 'next-intl';
import { Meter } from '@/components/ui/meter';
import { Money, When } from '@/components/ui/value';
import { cn } from '@/lib/cn';
import { shareOfMoney } from '@/lib/money';

/** Nothing for nobody's limits. */
export function WindowMeters({ quotas, className }: { quotas: readonly WindowQuota[]; className?: string }) {
  const t = useTranslations('keys');
  if (quotas.length === 0) return null;
  return (
    <ul className={cn('grid gap-3', className)}>
      {quotas.map(({ span, limitUsd, usedUsd, resetsAt }) => (
        <li key={span} className="grid gap-1">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span className="font-medium text-ink text-sm">{t(`span.${span}`)}</span>
            <span className="num text-muted text-xs">
              <Money usd={usedUsd} /> / <Money usd={limitUsd} />
            </span>
          </div>
          <Meter
            share={limitUsd === '0' ? 1 : shareOfMoney(usedUsd, limitUsd)}
            label={t(`span.${span}`)}
            className="h-1"
          />
          {resetsAt && (
            <span className="text-faint text-xs">
              {t('resets')} <When at={resetsAt} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
