// The channel form's last section, folded until wanted: dialects, renames, headers, proxy, timeouts, health check, note.
'use client';
import { ChevronRight } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useFormState, useWatch } from 'react-hook-form';
import { NumberField, SelectField, SwitchField, TextareaField, TextField } from '@/components/form/fields';
import { PairsField } from '@/components/form/pairs-field';
import type { ChannelForm, ChannelFormControl } from './use-channel-form';

const FIELDS = [
  'speaks',
  'renames',
  'extraHeaders',
  'proxyUrl',
  'connectTimeoutMs',
  'firstByteTimeoutMs',
  'idleTimeoutMs',
  'healthModel',
  'healthIntervalS',
  'note',
] as const;

export function AdvancedSection({ form: { control } }: { form: ChannelForm }) {
  const t = useTranslations('channels.form');
  const type = useWatch({ control, name: 'type' });
  const { errors } = useFormState({ control });
  const [open, setOpen] = useState(false);
  // A wrong field must not hide behind the fold.
  const wrong = FIELDS.some((name) => errors[name] !== undefined);
  return (
    <details
      className="group min-w-0 border-line border-t pt-4"
      open={open || wrong}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="flex cursor-pointer list-none items-center gap-1.5 rounded-sm font-medium text-ink text-sm">
        <ChevronRight className="size-4 text-faint transition-transform group-open:rotate-90" aria-hidden />
        {t('advanced')}
        <span className="min-w-0 truncate font-normal text-faint text-xs">{t('advancedHint')}</span>
      </summary>
      <div className="mt-4 grid gap-5">
        {type === 'openai' && <SpeaksField control={control} />}
        <PairsField
          control={control}
          name="renames"
          label={t('renames')}
          hint={t('renamesHint')}
          nameLabel={t('renameFrom')}
          valueLabel={t('renameTo')}
          addLabel={t('addRename')}
          optional
        />
        <PairsField
          control={control}
          name="extraHeaders"
          label={t('headers')}
          hint={t('headersHint')}
          nameLabel={t('headerName')}
          valueLabel={t('headerValue')}
          addLabel={t('addHeader')}
          optional
        />
        <TextField
          control={control}
          name="proxyUrl"
          label={t('proxy')}
          hint={t('proxyHint')}
          placeholder="http://127.0.0.1:7890"
          mono
          nullable
          optional
          spellCheck={false}
        />
        <SwitchField control={control} name="http2" label={t('http2')} hint={t('http2Hint')} />
        <Timeouts control={control} />
        <HealthCheck control={control} />
        <TextareaField control={control} name="note" label={t('note')} optional />
      </div>
    </details>
  );
}

function SpeaksField({ control }: { control: ChannelFormControl }) {
  const t = useTranslations('channels.form');
  const options = (['auto', 'chat', 'responses', 'both'] as const).map((value) => ({
    value,
    label: t(`speaksOptions.${value}`),
  }));
  return (
    <SelectField
      control={control}
      name="speaks"
      label={t('speaks')}
      hint={t('speaksHint')}
      options={options}
    />
  );
}

function Timeouts({ control }: { control: ChannelFormControl }) {
  const t = useTranslations('channels.form');
  const placeholder = t('default');
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <NumberField
        control={control}
        name="connectTimeoutMs"
        label={t('connectTimeout')}
        suffix="ms"
        placeholder={placeholder}
        optional
      />
      <NumberField
        control={control}
        name="firstByteTimeoutMs"
        label={t('firstByteTimeout')}
        suffix="ms"
        placeholder={placeholder}
        optional
      />
      <NumberField
        control={control}
        name="idleTimeoutMs"
        label={t('idleTimeout')}
        suffix="ms"
        placeholder={placeholder}
        optional
      />
      <SelectField
        control={control}
        name="onClientGone"
        label={t('onClientGone')}
        options={(['abort', 'drain'] as const).map((value) => ({
          value,
          label: t(`onClientGoneOptions.${value}`),
        }))}
      />
    </div>
  );
}

function HealthCheck({ control }: { control: ChannelFormControl }) {
  const t = useTranslations('channels.form');
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        control={control}
        name="healthModel"
        label={t('healthModel')}
        hint={t('healthModelHint')}
        placeholder="claude-haiku-4-5"
        mono
        nullable
        optional
      />
      <NumberField
        control={control}
        name="healthIntervalS"
        label={t('healthInterval')}
        hint={t('healthIntervalHint')}
        suffix="s"
        placeholder={t('off')}
        optional
      />
    </div>
  );
}
