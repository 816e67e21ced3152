// One field: label, control, hint and error, tied together for screen readers.
'use client';
import { useTranslations } from 'next-intl';
import { type ReactNode, useId, useRef } from 'react';
import { type Control, type FieldValues, type Path, useController } from 'react-hook-form';
import { cn } from '@/lib/cn';

export type FieldFrame = {
  label: ReactNode;
  hint?: ReactNode;
  /** Marks the field as one that may stay empty. */
  optional?: boolean;
  className?: string;
};

export type Bound<Input extends FieldValues, Output> = {
  control: Control<Input, unknown, Output>;
  name: Path<Input>;
};

/** What a control inside a field must put on its element. */
export type ControlProps = {
  id: string;
  name: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
};

export type FieldState = {
  value: unknown;
  onChange: (value: unknown) => void;
  onBlur: () => void;
  ref: (element: HTMLElement | null) => void;
  props: ControlProps;
};

/** The frame of a field whose value lives in a form. */
export function Field<Input extends FieldValues, Output>({
  control,
  name,
  children,
  ...frame
}: Bound<Input, Output> & FieldFrame & { children: (state: FieldState) => ReactNode }) {
  const { field, fieldState } = useController<Input, Path<Input>, Output>({ control, name });
  const id = useId();
  const typed = useRef(false);
  const error = fieldState.error?.message ?? firstMessage(fieldState.error);
  return (
    <FieldLayout id={id} error={error} {...frame}>
      {children({
        value: field.value,
        onChange: (value) => {
          typed.current = true;
          field.onChange(value);
        },
        // Nobody has done anything wrong yet who only passes by.
        onBlur: () => {
          if (typed.current) field.onBlur();
        },
        ref: field.ref,
        props: {
          id,
          name: field.name,
          'aria-invalid': error !== undefined,
          'aria-describedby': describedBy(id, error, frame.hint),
        },
      })}
    </FieldLayout>
  );
}

/** The same frame without a form, for a control that keeps its own value. */
export function FieldLayout({
  id,
  label,
  hint,
  optional = false,
  error,
  className,
  children,
}: FieldFrame & { id: string; error?: string | undefined; children: ReactNode }) {
  const t = useTranslations('ui');
  return (
    <div className={cn('grid min-w-0 content-start gap-1.5', className)}>
      <label htmlFor={id} className="flex items-baseline gap-1.5 font-medium text-ink text-sm">
        {label}
        {optional && <span className="font-normal text-faint text-xs">{t('optional')}</span>}
      </label>
      {children}
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-bad text-xs">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className="text-faint text-xs">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

function describedBy(id: string, error: string | undefined, hint: ReactNode): string | undefined {
  if (error !== undefined) return `${id}-error`;
  return hint ? `${id}-hint` : undefined;
}

// Errors of list items sit below the list's own path: the first of them speaks for the field.
function firstMessage(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  for (const entry of Object.values(error)) {
    if (typeof entry !== 'object' || entry === null) continue;
    if ('message' in entry && typeof entry.message === 'string') return entry.message;
    const inner = firstMessage(entry);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
