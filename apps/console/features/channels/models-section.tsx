// The channel form's second section: all models, or a list that the upstream can be asked for.
'use client';
import { ListPlus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useController } from 'react-hook-form';
import { FormSection } from '@/components/form/form';
import { ListField } from '@/components/form/list-field';
import { Button } from '@/components/ui/button';
import { Segmented } from '@/components/ui/toggle';
import { UpstreamModels } from './upstream-models';
import type { ChannelForm } from './use-channel-form';

const ALL = '*';

export function ModelsSection({ form, channelId }: { form: ChannelForm; channelId: string | undefined }) {
  const t = useTranslations('channels.form');
  const { field } = useController({ control: form.control, name: 'models' });
  const [fetching, setFetching] = useState(false);
  const models = field.value ?? [];
  const [listed, setListed] = useState<string[]>(models.filter((model) => model !== ALL));
  const all = models.includes(ALL);
  const choose = (next: 'all' | 'listed') => {
    if (!all) setListed(models);
    field.onChange(next === 'all' ? [ALL] : listed);
  };
  return (
    <FormSection title={t('models')} description={t('modelsHint')}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Segmented
          label={t('models')}
          value={all ? 'all' : 'listed'}
          onChange={choose}
          options={[
            { value: 'all', label: t('allModels') },
            { value: 'listed', label: t('listedModels') },
          ]}
        />
        <Button size="sm" onClick={() => setFetching(true)}>
          <ListPlus /> {t('fetchModels')}
        </Button>
      </div>
      {all ? (
        <p className="rounded-md border border-line bg-sunken px-3 py-2 text-muted">{t('acceptsAllHint')}</p>
      ) : (
        <ListField
          control={form.control}
          name="models"
          label={t('modelNames', { count: models.length })}
          hint={models.length === 0 ? t('noModels') : t('listHint')}
          placeholder="claude-sonnet-4-5"
        />
      )}
      {fetching && (
        <UpstreamModels
          form={form}
          channelId={channelId}
          chosen={all ? [] : models}
          onClose={() => setFetching(false)}
          onChoose={(chosen) => field.onChange(chosen)}
        />
      )}
    </FormSection>
  );
}
