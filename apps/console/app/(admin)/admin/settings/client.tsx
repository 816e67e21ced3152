// All settings of the installation, section by section, saved together.
'use client';
import { getSettings } from '@api-proxy/contracts/settings';
import { useTranslations } from 'next-intl';
import { PageLoading } from '@/components/shell/page-loading';
import { ErrorState } from '@/components/ui/error-state';
import { PageHeader } from '@/components/ui/page-header';
import { SettingsForm } from '@/features/settings/settings-form';
import { useRead } from '@/lib/query';

export function SettingsClient() {
  const t = useTranslations('settings');
  const settings = useRead(getSettings);
  const { data, error, refetch } = settings;
  if (!data && error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <SettingsForm saved={data} />
    </>
  );
}
