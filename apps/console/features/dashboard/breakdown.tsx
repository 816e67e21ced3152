// Where the money went in thirty days: by model or by key.
'use client';
import { useTranslations } from 'next-intl';
import { colorOf } from '@/components/chart/color';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Count, Money } from '@/components/ui/value';
import { shareOfMoney, sumMoney } from '@/lib/money';

export type Part = { name: string; requests: number; costUsd: string };

/** The largest parts first, with a bar for the share. */
export function Breakdown({
  title,
  parts,
  loading,
}: {
  title: string;
  parts: readonly Part[];
  loading: boolean;
}) {
  const t = useTranslations('dashboard');
  const total = sumMoney(parts.map((part) => part.costUsd));
  const sorted = [...parts]
    .sort((a, b) => Number(b.costUsd) - Number(a.costUsd) || b.requests - a.requests)
    .slice(0, 6);
  return (
    <Card>
      <CardHeader title={title} description={t('last30d')} />
      <CardBody>
        {loading && <div className="skeleton h-28" />}
        {!loading && sorted.length === 0 && <p className="py-6 text-center text-faint">{t('noUsage')}</p>}
        <ul className="grid grid-cols-1 gap-3">
          {sorted.map((part) => (
            <li key={part.name} className="grid grid-cols-1 gap-1">
              <div className="flex items-baseline gap-3">
                <span className="min-w-0 flex-1 truncate">{part.name}</span>
                <span className="text-faint text-xs">
                  <Count value={part.requests} />
                </span>
                <Money usd={part.costUsd} short className="w-20 text-right" />
              </div>
              <div className="h-1.5 overflow-hidden rounded-full bg-hover" aria-hidden>
                <div
                  className="h-full rounded-full"
                  style={{
                    width: `${shareOfMoney(part.costUsd, total) * 100}%`,
                    background: colorOf(part.name),
                  }}
                />
              </div>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}
