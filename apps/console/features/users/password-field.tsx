// A new password for someone else: visible, because it has to be handed on, with one made up on request.
'use client';
import { Dices } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { FieldValues } from 'react-hook-form';
import { type Bound, Field, type FieldFrame } from '@/components/form/field';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Input } from '@/components/ui/input';

const LENGTH = 20;
// Without characters that look alike: it may be read out.
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A random password of 20 characters, about 116 bits. */
export function randomPassword(): string {
  const fair = 256 - (256 % LETTERS.length);
  let text = '';
  while (text.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
      if (byte < fair && text.length < LENGTH) text += LETTERS[byte % LETTERS.length];
    }
  }
  return text;
}

export function PasswordField<Values extends FieldValues, Output>({
  control,
  name,
  ...frame
}: Bound<Values, Output> & FieldFrame) {
  const t = useTranslations('users.form');
  return (
    <Field control={control} name={name} {...frame}>
      {({ value, onChange, onBlur, ref, props }) => (
        <div className="flex gap-2">
          <Input
            {...props}
            ref={ref}
            className="font-mono"
            value={typeof value === 'string' ? value : ''}
            autoComplete="new-password"
            spellCheck={false}
            onBlur={onBlur}
            onChange={(event) => onChange(event.target.value)}
          />
          <Button onClick={() => onChange(randomPassword())}>
            <Dices /> {t('generate')}
          </Button>
          {typeof value === 'string' && value !== '' && <CopyButton text={value} size="icon" />}
        </div>
      )}
    </Field>
  );
}
