// A moment (ISO 8601), typed in the viewer's zone.
'use client';
import type { FieldValues } from 'react-hook-form';
import { type Bound, Field, type FieldFrame } from '@/components/form/field';
import { Input } from '@/components/ui/input';

// `datetime-local` speaks the viewer's zone without naming it.
function toLocalInput(iso: unknown): string {
  if (typeof iso !== 'string' || iso === '') return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function MomentField<Values extends FieldValues, Output>({
  control,
  name,
  label,
}: Bound<Values, Output> & Pick<FieldFrame, 'label'>) {
  return (
    <Field control={control} name={name} label={label}>
      {({ value, onChange, onBlur, ref, props }) => (
        <Input
          {...props}
          type="datetime-local"
          ref={ref}
          value={toLocalInput(value)}
          onBlur={onBlur}
          onChange={(event) => onChange(event.target.value ? new Date(event.target.value).toISOString() : '')}
        />
      )}
    </Field>
  );
}
