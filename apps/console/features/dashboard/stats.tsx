// The numbers at the top of the dashboard.
'use client';
import type { UsageSummary } from '@api-proxy/contracts/usage';
import type { Me } from '@api-proxy/contracts/users';
import { Activity, CalendarDays, Coins } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Card } from '@/components/ui/card';
import { Meter } from '@/components/ui/meter';
import { StatCard } from '@/components/ui/stat-card';
import { Count, Money, Tokens } from '@/components/ui/value';
import { RedeemButton } from '@/features/gift-cards/redeem-dialog';
import { WindowMeters } from '@/features/users/window-meters';
import { shareOfMoney, signOfMoney } from '@/lib/money';
import { percent } from '@/lib/number';

/** Balance, today, seven days, success. */
export function Stats({ me, usage, loading }: { me: Me; usage: UsageSummary | undefined; loading: boolean }) {
  const t = useTranslations('dashboard');
  const week = usage?.sevenDays;
  const tokens = week
    ? week.inputTokens + week.cacheReadTokens + week.cacheWriteTokens + week.outputTokens
    : 0;
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <BalanceCard me={me} weekCost={week?.costUsd} />
      <StatCard
        label={t('today')}
        icon={Activity}
        loading={loading}
        value={<Money usd={usage?.today.costUsd} short />}
        hint={t('requestCount', { count: usage?.today.requests ?? 0 })}
      />
      <StatCard
        label={t('sevenDays')}
        icon={CalendarDays}
        loading={loading}
        value={<Money usd={week?.costUsd} short />}
        hint={
          <>
            {t('requestCount', { count: week?.requests ?? 0 })}
            {week &&
              week.requests > 0 &&
              ` · ${t('successRate', { share: percent(1 - week.errors / week.requests) })}`}
          </>
        }
      />
      <StatCard
        label={t('tokens7d')}
        icon={Coins}
        loading={loading}
        value={<Tokens count={tokens} />}
        hint={
          <>
            {t('cached')} <Count value={week?.cacheReadTokens} />
          </>
        }
      />
      {me.quotas.length > 0 && (
        <Card className="p-4 sm:col-span-2 lg:col-span-4">
          <h2 className="mb-2 text-muted text-xs">{t('windows')}</h2>
          <WindowMeters quotas={me.quotas} className="sm:grid-cols-3 sm:gap-x-8" />
        </Card>
      )}
    </div>
  );
}

function BalanceCard({ me, weekCost }: { me: Me; weekCost: string | undefined }) {
  const t = useTranslations('dashboard');
  const { quotaUsd, usedUsd, remainingUsd } = me.balance;
  if (quotaUsd === null)
    return (
      <StatCard label={t('balance')} action={<RedeemButton />} value={t('noQuota')} hint={t('noQuotaHint')} />
    );
  return (
    <StatCard
      label={t('balance')}
      action={<RedeemButton />}
      value={
        <Money usd={remainingUsd} short className={signOfMoney(remainingUsd ?? '0') <= 0 ? 'text-bad' : ''} />
      }
      hint={
        <div className="grid gap-1.5">
          <Meter share={shareOfMoney(usedUsd, quotaUsd)} label={t('usedShare')} />
          <span>
            {t('usedOf')} <Money usd={usedUsd} short /> / <Money usd={quotaUsd} short />
            <Lasts remainingUsd={remainingUsd} weekCost={weekCost} />
          </span>
        </div>
      }
    />
  );
}

function Lasts({ remainingUsd, weekCost }: { remainingUsd: string | null; weekCost: string | undefined }) {
  const t = useTranslations('dashboard');
  const perDay = Number(weekCost ?? 0) / 7;
  if (perDay <= 0 || remainingUsd === null || signOfMoney(remainingUsd) <= 0) return null;
  const days = Math.floor(Number(remainingUsd) / perDay);
  return <> · {days > 365 ? t('lastsLong') : t('lasts', { days })}</>;
}
