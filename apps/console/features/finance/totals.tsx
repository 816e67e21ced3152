// Four numbers: granted, used, adjusted, left.
'use client';
import { getFinanceTotals } from '@api-proxy/contracts/finance';
import { useTranslations } from 'next-intl';
import { ErrorState } from '@/components/ui/error-state';
import { StatCard } from '@/components/ui/stat-card';
import { Money } from '@/components/ui/value';
import { exactMoney } from '@/lib/money';
import { useRead } from '@/lib/query';

export function Totals() {
  const t = useTranslations('finance.totals');
  const { data, error, isPending, refetch } = useRead(getFinanceTotals);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const redeemed = exactMoney(data?.redeemedUsd ?? '0');
  const refunded = exactMoney(data?.refundedUsd ?? '0');
  const counts = { users: data?.users ?? 0, empty: data?.emptyBalances ?? 0 };
  const cards = [
    { label: t('granted'), usd: data?.grantedUsd, hint: t('grantedHint', { redeemed }) },
    { label: t('used'), usd: data?.usedUsd, hint: t('usedHint') },
    { label: t('adjusted'), usd: data?.adjustedUsd, hint: t('adjustedHint', { refunded }) },
    { label: t('remaining'), usd: data?.remainingUsd, hint: t('remainingHint', counts) },
  ];
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      {cards.map(({ label, usd, hint }) => (
        <StatCard
          key={label}
          label={label}
          value={<Money usd={usd} short />}
          hint={hint}
          loading={isPending}
        />
      ))}
    </div>
  );
}
