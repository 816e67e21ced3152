// From when on a price holds: a date and time in the viewer's zone; empty: from now on.
'use client';
import { useTranslations } from 'next-intl';
import type { FieldValues } from 'react-hook-form';
import type { Bound } from '@/components/form/field';
import { TextField } from '@/components/form/fields';

export function StartField<Input extends FieldValues, Output>(field: Bound<Input, Output>) {
  const t = useTranslations('prices.form');
  return <TextField {...field} type="datetime-local" label={t('from')} hint={t('fromHint')} optional />;
}
