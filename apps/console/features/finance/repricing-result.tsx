// What a re-pricing run comes to: sums, warnings, and the users whom it changes most.
'use client';
import type { RepricingDetail, RepricingUser } from '@api-proxy/contracts/finance';
import { useTranslations } from 'next-intl';
import { Meter } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { Money, When } from '@/components/ui/value';
import { signOfMoney } from '@/lib/money';
import { exactCount } from '@/lib/number';
import { Difference, RepricingBadge } from './repricing-card';

export function RepricingResult({ run }: { run: RepricingDetail }) {
  const t = useTranslations('finance.repricing');
  const facts = [
    [t('state'), <RepricingBadge key="state" state={run.state} />],
    [
      t('range'),
      <span key="range">
        <When at={run.from} dense /> – <When at={run.to} dense />
      </span>,
    ],
    [t('changed'), t('changedOf', { changed: exactCount(run.changedRows), rows: exactCount(run.rows) })],
    [t('old'), <Money key="old" usd={run.oldCostUsd} />],
    [t('new'), <Money key="new" usd={run.newCostUsd} />],
    [t('difference'), <Difference key="difference" usd={run.differenceUsd} />],
  ] as const;
  return (
    <div className="grid gap-4">
      <Working run={run} />
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3">
        {facts.map(([label, value]) => (
          <div key={label} className="min-w-0">
            <dt className="text-faint text-xs">{label}</dt>
            <dd className="num mt-0.5 text-ink">{value}</dd>
          </div>
        ))}
      </dl>
      <Warnings run={run} />
      {run.largest.length > 0 && <Users users={run.largest} />}
      {run.users > run.largest.length && (
        <p className="text-muted">{t('first', { count: run.largest.length })}</p>
      )}
    </div>
  );
}

function Working({ run }: { run: RepricingDetail }) {
  const t = useTranslations('finance.repricing');
  if (run.state !== 'counting' && run.state !== 'booking') return null;
  const counting = run.state === 'counting';
  const share = counting ? run.progress : run.bookedUsers / Math.max(1, run.users);
  const label = counting ? t('progress') : t('bookedOf', { booked: run.bookedUsers, users: run.users });
  return (
    <div className="grid gap-1.5">
      <p className="flex justify-between text-muted" aria-live="polite">
        {label} <span className="num">{Math.round(share * 100)} %</span>
      </p>
      {/* A full bar is no alarm here. */}
      <Meter share={share * 0.79} label={label} />
    </div>
  );
}

function Warnings({ run }: { run: RepricingDetail }) {
  const t = useTranslations('finance.repricing');
  const below = run.largest.some(
    ({ balanceAfterUsd, balanceUsd, bookedAt }) =>
      bookedAt === null && signOfMoney(balanceAfterUsd) < 0 && signOfMoney(balanceUsd) >= 0,
  );
  return (
    <>
      {run.state === 'ready' && run.changedRows === 0 && <Notice>{t('nothing')}</Notice>}
      {run.unpricedRows > 0 && (
        <Notice tone="warn">{t('unpriced', { count: exactCount(run.unpricedRows) })}</Notice>
      )}
      {below && run.state !== 'discarded' && <Notice tone="warn">{t('negative')}</Notice>}
    </>
  );
}

function Users({ users }: { users: readonly RepricingUser[] }) {
  const t = useTranslations('finance.repricing');
  return (
    <div className="overflow-x-auto rounded-md border border-line">
      <table className="w-full text-left">
        <thead className="whitespace-nowrap bg-sunken text-muted text-xs">
          <tr>
            <th className="px-3 py-2 font-medium">{t('user')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('old')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('new')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('difference')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('after')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {users.map((one) => (
            <tr key={one.userId} className="whitespace-nowrap">
              <td className="max-w-40 truncate px-3 py-2">{one.userName}</td>
              <td className="px-3 py-2 text-right">
                <Money usd={one.oldCostUsd} />
              </td>
              <td className="px-3 py-2 text-right">
                <Money usd={one.newCostUsd} />
              </td>
              <td className="px-3 py-2 text-right">
                <Difference usd={one.differenceUsd} />
              </td>
              <td className="px-3 py-2 text-right">
                <Money
                  usd={one.balanceAfterUsd}
                  className={signOfMoney(one.balanceAfterUsd) < 0 ? 'text-bad' : ''}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
