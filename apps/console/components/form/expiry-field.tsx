// When something ends: never, after a while, or at a moment in the viewer's zone.
'use client';
import { useTranslations } from 'next-intl';
import type { FieldValues } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { type Bound, Field, type FieldFrame } from './field';

const DAY_MS = 86_400_000;
const USUAL_DAYS = [7, 30, 90];

// `datetime-local` speaks the viewer's zone without naming it.
function toLocalInput(iso: unknown): string {
  if (typeof iso !== 'string') return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A moment (ISO 8601) or `null`, with the usual spans as buttons; `presets` are days from now. */
export function ExpiryField<Values extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  presets = USUAL_DAYS,
}: Bound<Values, Output> & Pick<FieldFrame, 'label' | 'hint'> & { presets?: readonly number[] }) {
  const t = useTranslations('ui');
  return (
    <Field control={control} name={name} label={label} optional hint={hint}>
      {({ value, onChange, onBlur, ref, props }) => (
        <div className="flex flex-wrap items-center gap-2">
          <Input
            {...props}
            type="datetime-local"
            className="w-56"
            ref={ref}
            value={toLocalInput(value)}
            onBlur={onBlur}
            onChange={(event) =>
              onChange(event.target.value ? new Date(event.target.value).toISOString() : null)
            }
          />
          {presets.map((days) => (
            <Button
              key={days}
              size="sm"
              variant="ghost"
              onClick={() => onChange(new Date(Date.now() + days * DAY_MS).toISOString())}
            >
              {t('days', { days })}
            </Button>
          ))}
        </div>
      )}
    </Field>
  );
}
