// How a user's role, status, balance and limits look, in the table and in the details.
'use client';
import type { User } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { Avatar } from '@/components/shell/user-menu';
import { Badge, StateDot } from '@/components/ui/badge';
import { Meter } from '@/components/ui/meter';
import { Money, Nothing } from '@/components/ui/value';
import { cn } from '@/lib/cn';
import { shareOfMoney, shortMoney, signOfMoney } from '@/lib/money';
import { shortCount } from '@/lib/number';

/** Name over address. */
export function PersonCell({ user }: { user: User }) {
  return (
    <div className="flex min-w-0 max-w-64 items-center gap-2.5">
      <Avatar name={user.name} />
      <div className="min-w-0">
        <div className="truncate font-medium text-ink" title={user.name}>
          {user.name}
        </div>
        <div className="truncate font-normal text-faint text-xs" title={user.email}>
          {user.email}
        </div>
      </div>
    </div>
  );
}

/** Administrators stand out. */
export function RoleBadge({ role }: { role: User['role'] }) {
  const t = useTranslations('users.roles');
  if (role === 'user') return <span className="text-muted">{t(role)}</span>;
  return <Badge tone={role === 'super_admin' ? 'accent' : 'neutral'}>{t(role)}</Badge>;
}

/** A dot and the word. */
export function StatusCell({ status }: { status: User['status'] }) {
  const t = useTranslations('users.statuses');
  return <StateDot tone={status === 'active' ? 'ok' : 'neutral'}>{t(status)}</StateDot>;
}

/** What is left, of what was granted, as a bar. */
export function BalanceCell({ balance }: { balance: User['balance'] }) {
  const t = useTranslations('users');
  if (balance.quotaUsd === null || balance.remainingUsd === null)
    return <Badge tone="warn">{t('noQuota')}</Badge>;
  const left = signOfMoney(balance.remainingUsd);
  return (
    <div className="ml-auto grid w-40 gap-1 max-md:ml-0 max-md:w-full">
      <div className="flex items-baseline justify-between gap-2">
        <Money usd={balance.remainingUsd} short className={cn('font-medium', left <= 0 && 'text-bad')} />
        <span className="text-faint text-xs">{t('ofGranted', { amount: shortMoney(balance.quotaUsd) })}</span>
      </div>
      <Meter
        share={left <= 0 ? 1 : shareOfMoney(balance.usedUsd, balance.quotaUsd)}
        label={t('used')}
        className="h-1"
      />
    </div>
  );
}

/** Requests and tokens a minute, and calls at a time; a dash where there is no limit. */
export function LimitsCell({ limits }: { limits: User['limits'] }) {
  const t = useTranslations('users');
  const parts = [
    ...(limits.rpm === null ? [] : [`${shortCount(limits.rpm)} RPM`]),
    ...(limits.tpm === null ? [] : [`${shortCount(limits.tpm)} TPM`]),
    ...(limits.maxConcurrency === null ? [] : [t('atOnce', { count: limits.maxConcurrency })]),
  ];
  if (parts.length === 0) return <Nothing />;
  return <span className="num text-muted text-xs">{parts.join(' · ')}</span>;
}
