// Ready client settings with this site's address and models that can answer now.
'use client';
import { listAvailableModels } from '@api-proxy/contracts/usage';
import { useTranslations } from 'next-intl';
import { CodeTabs } from '@/components/code/code-block';
import { useSite } from '@/components/shell/viewer';
import { useRead } from '@/lib/query';
import { clientSettings, KEY_PLACEHOLDER } from './settings';

/** `secret` fills the settings in; without it a placeholder stands there. */
export function ClientTabs({ secret, className }: { secret?: string; className?: string }) {
  const t = useTranslations('clients');
  const { publicUrl } = useSite();
  const { data } = useRead(listAvailableModels);
  const models = data?.items ?? [];
  const pick = (family: string, fallback: string) =>
    (
      models.find((model) => model.priced && model.provider === family) ??
      models.find((model) => model.provider === family) ??
      models.find((model) => model.priced) ??
      models[0]
    )?.name ?? fallback;
  const tabs = clientSettings({
    baseUrl: publicUrl,
    key: secret ?? KEY_PLACEHOLDER,
    anthropicModel: pick('claude', 'claude-sonnet-4-5'),
    openaiModel: pick('openai', 'gpt-5'),
  });
  return <CodeTabs tabs={tabs} label={t('label')} {...(className === undefined ? {} : { className })} />;
}
