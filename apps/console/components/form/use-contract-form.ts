// A form bound to a contract: checked by its schema, sent once, with the server's field errors put back in place.
'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { type DefaultValues, type FieldValues, type Path, useForm } from 'react-hook-form';
import type { z } from 'zod';
import { ApiError } from '@/lib/api-error';
import { useIssueText } from './use-issue-text';
import { usePressOver } from './use-press-over';

/** Guarantee: react-hook-form keeps errors under any path; `focusFirst` shows the ones that no field claims. */
function fieldPath<Input extends FieldValues>(path: string): Path<Input> {
  return path.replace(/^body\./, '') as Path<Input>;
}

/**
 * @param options.schema the contract's body schema
 * @param options.submit sends the parsed values; what it throws is shown in the form
 */
export function useContractForm<Input extends FieldValues, Output>(options: {
  schema: z.ZodType<Output, Input>;
  defaults: DefaultValues<Input>;
  submit: (values: Output) => Promise<unknown>;
}) {
  const issueText = useIssueText();
  const [failure, setFailure] = useState<unknown>(null);
  const pressOver = usePressOver();
  const check = zodResolver(options.schema, { error: issueText });
  const form = useForm<Input, unknown, Output>({
    // A field is checked when it is left, often by pressing something below it, which its message would push away.
    resolver: async (...given) => {
      await pressOver();
      return check(...given);
    },
    defaultValues: options.defaults,
    mode: 'onTouched',
  });

  const onSubmit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      await options.submit(values);
    } catch (error) {
      const fields = error instanceof ApiError ? error.fields : [];
      for (const field of fields) form.setError(fieldPath<Input>(field.path), { message: field.message });
      setFailure(error);
    }
  });

  return {
    form,
    control: form.control,
    onSubmit,
    failure,
    sending: form.formState.isSubmitting,
    dirty: form.formState.isDirty,
  };
}

export type ContractForm = {
  onSubmit: (event?: React.BaseSyntheticEvent) => Promise<void>;
  failure: unknown;
  sending: boolean;
  dirty: boolean;
};
