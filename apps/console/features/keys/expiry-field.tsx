// When a key stops working: never, after a while, or at a moment in the viewer's zone.
'use client';
import type { KeyCreate } from '@api-proxy/contracts/keys';
import { useTranslations } from 'next-intl';
import type { Control } from 'react-hook-form';
import { Field } from '@/components/form/field';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';

const DAY_MS = 86_400_000;

// `datetime-local` speaks the viewer's zone without naming it.
function toLocalInput(iso: unknown): string {
  if (typeof iso !== 'string') return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A moment, with the usual spans as buttons. */
export function ExpiryField<Output>({ control }: { control: Control<KeyCreate, unknown, Output> }) {
  const t = useTranslations('keys');
  return (
    <Field control={control} name="expiresAt" label={t('expires')} optional hint={t('expiresHint')}>
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
          {[7, 30, 90].map((days) => (
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
