// The first step of the wizard: nobody has an account yet.
'use client';
import { useTranslations } from 'next-intl';
import { RegisterForm } from '@/features/auth/register';
import { StepList } from './wizard';

const NOTHING_DONE = { account: false, channel: false, models: false, quota: false, key: false, call: false };

export function FirstAccount() {
  const t = useTranslations('auth');
  const form = (
    <div className="max-w-sm">
      <RegisterForm next="/setup" submitLabel={t('createAccount')} />
    </div>
  );
  return <StepList current="account" done={NOTHING_DONE} content={{ account: form }} />;
}
