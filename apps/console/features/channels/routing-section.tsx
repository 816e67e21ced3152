// The channel form's third section: how much traffic it gets, and when.
'use client';
import { useTranslations } from 'next-intl';
import { NumberField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import type { ChannelForm } from './use-channel-form';

export function RoutingSection({ form: { control } }: { form: ChannelForm }) {
  const t = useTranslations('channels.form');
  return (
    <FormSection title={t('routing')} description={t('routingHint')}>
      <div className="grid gap-4 sm:grid-cols-3">
        <NumberField control={control} name="priority" label={t('priority')} hint={t('priorityHint')} />
        <NumberField control={control} name="weight" label={t('weight')} hint={t('weightHint')} />
        <NumberField
          control={control}
          name="maxConcurrency"
          label={t('maxConcurrency')}
          hint={t('maxConcurrencyHint')}
          placeholder="∞"
          optional
        />
      </div>
    </FormSection>
  );
}
