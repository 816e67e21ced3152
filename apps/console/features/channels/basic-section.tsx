// The channel form's first section: name, family, address, credentials.
'use client';
import type { ChannelType } from '@api-proxy/contracts/enums';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { useController, useWatch } from 'react-hook-form';
import { FieldLayout } from '@/components/form/field';
import { SwitchField, TextField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import { Segmented } from '@/components/ui/toggle';
import { cn } from '@/lib/cn';
import { KeysEditor } from './keys-editor';
import { isPreset, PRESETS } from './presets';
import type { ChannelForm } from './use-channel-form';

const TYPES: ReadonlyArray<{ value: ChannelType; label: string }> = [
  { value: 'claude', label: 'Anthropic Messages' },
  { value: 'openai', label: 'OpenAI Chat / Responses' },
];

export function BasicSection({ form }: { form: ChannelForm }) {
  const t = useTranslations('channels.form');
  const { control } = form;
  const id = useId();
  const type = useController({ control, name: 'type' }).field;
  const baseUrl = useWatch({ control, name: 'baseUrl' });
  const setUrl = (url: string) =>
    form.form.setValue('baseUrl', url, { shouldDirty: true, shouldValidate: true });
  const choose = (next: ChannelType) => {
    type.onChange(next);
    if (baseUrl === '' || isPreset(baseUrl)) setUrl(PRESETS[next][0]?.baseUrl ?? '');
  };
  return (
    <FormSection title={t('basic')}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField control={control} name="name" label={t('name')} placeholder={t('nameExample')} autoFocus />
        <FieldLayout id={id} label={t('type')}>
          <Segmented
            label={t('type')}
            className="w-full [&>button]:flex-1 [&>button]:justify-center"
            value={type.value}
            onChange={choose}
            options={TYPES}
          />
        </FieldLayout>
      </div>
      <div className="grid gap-2">
        <TextField
          control={control}
          name="baseUrl"
          label={t('baseUrl')}
          hint={t('baseUrlHint')}
          mono
          spellCheck={false}
          inputMode="url"
        />
        <div className="flex flex-wrap gap-1.5">
          {PRESETS[type.value].map((preset) => (
            <button
              key={preset.baseUrl}
              type="button"
              title={preset.baseUrl}
              aria-pressed={preset.baseUrl === baseUrl}
              onClick={() => setUrl(preset.baseUrl)}
              className={cn(
                'h-6 rounded border border-line px-2 text-muted text-xs transition-colors hover:bg-hover hover:text-ink',
                preset.baseUrl === baseUrl && 'border-accent/40 bg-accent-soft text-accent',
              )}
            >
              {preset.name}
            </button>
          ))}
        </div>
      </div>
      <KeysEditor control={control} />
      <SwitchField control={control} name="enabled" label={t('enabled')} hint={t('enabledHint')} />
    </FormSection>
  );
}
