// The account page: profile, look, password, sessions, statement.
'use client';
import { useTranslations } from 'next-intl';
import { PageHeader } from '@/components/ui/page-header';
import { PasswordCard } from '@/features/account/password-card';
import { AppearanceCard, ProfileCard } from '@/features/account/profile-card';
import { SessionsCard } from '@/features/account/sessions-card';
import { Statement } from '@/features/account/statement-card';

export function AccountClient() {
  const t = useTranslations('account');
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 [&>header]:mb-1">
      <PageHeader title={t('title')} description={t('description')} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <ProfileCard />
          <AppearanceCard />
        </div>
        <div className="grid gap-4">
          <PasswordCard />
          <SessionsCard />
        </div>
      </div>
      <Statement />
    </div>
  );
}
