// One setting: what it does on the left, its control on the right, and the way back to where it started.
'use client';
import { initialSettings, type SettingName, type Settings } from '@api-proxy/contracts/settings';
import { RotateCcw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { type Control, useController } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { SettingInput } from './setting-input';

export function SettingRow({ name, control }: { name: SettingName; control: Control<Settings> }) {
  const t = useTranslations('settings');
  const { field, fieldState } = useController({ control, name });
  const id = useId();
  const error = fieldState.error?.message;
  const changed = field.value !== initialSettings[name];
  const described = error === undefined ? `${id}-hint` : `${id}-error ${id}-hint`;
  return (
    <div className="grid gap-x-10 gap-y-2.5 border-line border-t px-4 py-4 first:border-t-0 md:grid-cols-[minmax(0,1fr)_minmax(0,20rem)] md:px-5">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium text-ink text-sm">
          {t(`fields.${name}.label`)}
        </label>
        {fieldState.isDirty && (
          <span className="ml-2 inline-block size-1.5 rounded-full bg-accent align-middle">
            <span className="sr-only">{t('notSaved')}</span>
          </span>
        )}
        <p id={`${id}-hint`} className="mt-0.5 max-w-prose text-muted text-xs leading-relaxed">
          {t(`fields.${name}.hint`)}
        </p>
      </div>
      <div className="min-w-0">
        <SettingInput
          setting={name}
          id={id}
          name={name}
          value={field.value}
          onChange={field.onChange}
          onBlur={field.onBlur}
          inputRef={field.ref}
          aria-invalid={error !== undefined}
          aria-describedby={described}
        />
        {error !== undefined && (
          <p id={`${id}-error`} role="alert" className="mt-1.5 text-bad text-xs">
            {error}
          </p>
        )}
        {changed && (
          <div>
            <Button
              variant="ghost"
              size="sm"
              className="-ml-2.5 mt-1 h-6 font-normal text-faint"
              aria-label={t('resetOne', { name: t(`fields.${name}.label`) })}
              onClick={() => field.onChange(initialSettings[name])}
            >
              <RotateCcw className="size-3" /> {t('reset')}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
