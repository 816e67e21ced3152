// The frame of a form: disabled while sending, with the failure on top of its buttons.
'use client';
import type { ReactNode } from 'react';
import { Notice } from '@/components/ui/notice';
import { cn } from '@/lib/cn';
import { useErrorText } from '@/lib/use-error-text';
import type { ContractForm } from './use-contract-form';

/** Lays out fields; everything inside is disabled while the form is being sent. */
export function Form({
  form,
  id,
  className,
  children,
}: {
  form: ContractForm;
  id?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <form id={id} onSubmit={form.onSubmit} noValidate>
      <fieldset disabled={form.sending} className={cn('grid gap-4', className)}>
        {children}
        <FormFailure failure={form.failure} />
      </fieldset>
    </form>
  );
}

/** What the server said about the form as a whole. */
export function FormFailure({ failure }: { failure: unknown }) {
  const errorText = useErrorText();
  if (failure === null || failure === undefined) return null;
  return <Notice tone="bad">{errorText(failure)}</Notice>;
}

/** A group of fields under a heading. */
export function FormSection({
  title,
  description,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid gap-4 border-line border-t pt-4 first:border-t-0 first:pt-0">
      <div>
        <h3 className="font-medium text-ink text-sm">{title}</h3>
        {description && <p className="mt-0.5 text-faint text-xs">{description}</p>}
      </div>
      {children}
    </div>
  );
}
