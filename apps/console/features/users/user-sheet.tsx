// A user's details in a sheet: overview, keys, statement.
'use client';
import { getUser, type User } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/empty-state';
import { Meter } from '@/components/ui/meter';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs';
import { Count, Money, Nothing, When } from '@/components/ui/value';
import { Statement } from '@/features/account/statement-card';
import { shareOfMoney } from '@/lib/money';
import { exactCount } from '@/lib/number';
import { useRead } from '@/lib/query';
import { LimitsCell, RoleBadge, StatusCell } from './user-cells';
import type { OpenedUser } from './user-dialogs';
import { UserKeys } from './user-keys';
import { useMayChange } from './user-menu';
import { WindowMeters } from './window-meters';

type Props = { userId: string; onAct: (opened: OpenedUser) => void; onClose: () => void };

export function UserSheet({ userId, onAct, onClose }: Props) {
  const t = useTranslations('users.detail');
  const user = useRead(getUser, { params: { userId } });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <SheetContent
        className="max-w-2xl"
        title={user.data?.name ?? t('title')}
        description={user.data?.email ?? userId}
      >
        {user.data ? (
          <Detail user={user.data} onAct={onAct} />
        ) : user.error ? (
          <ErrorState error={user.error} onRetry={() => user.refetch()} />
        ) : (
          <div className="skeleton h-40 w-full" />
        )}
      </SheetContent>
    </Dialog>
  );
}

function Detail({ user, onAct }: { user: User; onAct: Props['onAct'] }) {
  const t = useTranslations('users.detail');
  return (
    <Tabs defaultValue="overview">
      <TabsList>
        <TabsTrigger value="overview">{t('overview')}</TabsTrigger>
        <TabsTrigger value="keys">
          {t('keys')} <span className="num text-faint text-xs">{exactCount(user.keyCount)}</span>
        </TabsTrigger>
        <TabsTrigger value="ledger">{t('ledger')}</TabsTrigger>
      </TabsList>
      <TabsContent value="overview">
        <Overview user={user} onAct={onAct} />
      </TabsContent>
      <TabsContent value="keys">
        <UserKeys userId={user.id} />
      </TabsContent>
      <TabsContent value="ledger">
        <Statement user={user.id} />
      </TabsContent>
    </Tabs>
  );
}

function Overview({ user, onAct }: { user: User; onAct: Props['onAct'] }) {
  const t = useTranslations('users.detail');
  const tMenu = useTranslations('users.menu');
  const may = useMayChange(user);
  const { balance } = user;
  return (
    <div className="grid gap-5">
      <section className="rounded-lg border border-line p-4">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div>
            <div className="text-muted text-xs">{t('remaining')}</div>
            <div className="num mt-0.5 font-semibold text-2xl text-ink tracking-tight">
              <Money usd={balance.remainingUsd} />
            </div>
          </div>
          {may && <Button onClick={() => onAct({ act: 'quota', user })}>{tMenu('quota')}</Button>}
        </div>
        {balance.quotaUsd === null ? (
          <p className="mt-2 text-warn">{t('noQuota')}</p>
        ) : (
          <>
            <Meter
              className="mt-3"
              share={shareOfMoney(balance.usedUsd, balance.quotaUsd)}
              label={t('used')}
            />
            <div className="mt-2 flex justify-between text-muted text-xs">
              <span>
                {t('used')} <Money usd={balance.usedUsd} />
              </span>
              <span>
                {t('granted')} <Money usd={balance.quotaUsd} />
              </span>
            </div>
          </>
        )}
      </section>
      {user.quotas.length > 0 && (
        <section className="rounded-lg border border-line p-4">
          <h3 className="mb-2 text-muted text-xs">{t('windows')}</h3>
          <WindowMeters quotas={user.quotas} className="sm:grid-cols-2 sm:gap-x-6" />
        </section>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3">
        <Fact label={t('role')}>
          <RoleBadge role={user.role} />
        </Fact>
        <Fact label={t('status')}>
          <StatusCell status={user.status} />
        </Fact>
        <Fact label={t('verified')}>{user.emailVerified ? t('yes') : t('no')}</Fact>
        <Fact label={t('limits')}>
          <LimitsCell limits={user.limits} />
        </Fact>
        <Fact label={t('multiplier')}>
          <span className="num">×{user.multiplier}</span>
        </Fact>
        <Fact label={t('keys')}>
          <Count value={user.keyCount} />
        </Fact>
        <Fact label={t('lastSeen')}>
          <When at={user.lastSeenAt} />
        </Fact>
        <Fact label={t('created')}>
          <When at={user.createdAt} />
        </Fact>
        <Fact label="ID">
          <code className="font-mono text-xs">{user.id}</code>
        </Fact>
      </dl>
      <div>
        <div className="text-faint text-xs">{t('note')}</div>
        <p className="mt-0.5 whitespace-pre-wrap">{user.note || <Nothing />}</p>
      </div>
      {may && (
        <div className="flex flex-wrap gap-2 border-line border-t pt-4">
          <Button onClick={() => onAct({ act: 'edit', user })}>{tMenu('edit')}</Button>
          <Button onClick={() => onAct({ act: 'password', user })}>{tMenu('password')}</Button>
        </div>
      )}
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-faint text-xs">{label}</dt>
      <dd className="mt-0.5 truncate">{children}</dd>
    </div>
  );
}
