// A list of short texts (models, addresses): typed, pasted or picked, shown as chips.
'use client';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { FieldValues } from 'react-hook-form';
import { Input } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { type Bound, type ControlProps, Field, type FieldFrame } from './field';

/** A list of texts in a form; Enter, comma or a paste of many lines adds. */
export function ListField<Values extends FieldValues, Output>({
  control,
  name,
  placeholder,
  suggestions,
  ...frame
}: Bound<Values, Output> & FieldFrame & { placeholder?: string; suggestions?: readonly string[] }) {
  return (
    <Field control={control} name={name} {...frame}>
      {({ value, onChange, onBlur, props }) => (
        <ListInput
          {...props}
          values={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
          onBlur={onBlur}
          {...(placeholder === undefined ? {} : { placeholder })}
          {...(suggestions === undefined ? {} : { suggestions })}
        />
      )}
    </Field>
  );
}

type ListInputProps = ControlProps & {
  values: readonly string[];
  onChange: (values: string[]) => void;
  onBlur?: () => void;
  placeholder?: string;
  suggestions?: readonly string[];
};

/** The chips and the line to add more. */
export function ListInput({
  values,
  onChange,
  onBlur,
  placeholder,
  suggestions = [],
  ...props
}: ListInputProps) {
  const [draft, setDraft] = useState('');
  const add = (text: string) => {
    const fresh = text.split(/[\s,;，；]+/).filter((part) => part && !values.includes(part));
    if (fresh.length > 0) onChange([...values, ...new Set(fresh)]);
    setDraft('');
  };
  const offered = suggestions.filter(
    (one) => !values.includes(one) && one.toLowerCase().includes(draft.toLowerCase()),
  );
  return (
    <div className="grid gap-2">
      <Chips values={values} onRemove={(gone) => onChange(values.filter((one) => one !== gone))} />
      <Input
        {...props}
        className="font-mono"
        value={draft}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) =>
          /[,;\s，；]$/.test(event.target.value) ? add(event.target.value) : setDraft(event.target.value)
        }
        onPaste={(event) => {
          event.preventDefault();
          add(draft + event.clipboardData.getData('text'));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && draft) {
            event.preventDefault();
            add(draft);
          }
          const last = values.at(-1);
          if (event.key === 'Backspace' && draft === '' && last !== undefined)
            onChange(values.filter((one) => one !== last));
        }}
        onBlur={() => {
          if (draft) add(draft);
          onBlur?.();
        }}
      />
      {offered.length > 0 && <Suggestions offered={offered.slice(0, 24)} onPick={add} />}
    </div>
  );
}

function Chips({ values, onRemove }: { values: readonly string[]; onRemove: (value: string) => void }) {
  const t = useTranslations('ui');
  if (values.length === 0) return null;
  return (
    <ul className="flex max-h-44 flex-wrap gap-1.5 overflow-y-auto">
      {values.map((value) => (
        <li
          key={value}
          className="inline-flex h-6 max-w-full items-center rounded border border-line bg-sunken pl-2 font-mono text-ink text-xs"
        >
          <span className="truncate">{value}</span>
          <button
            type="button"
            className="flex size-6 items-center justify-center rounded text-faint hover:text-ink"
            aria-label={t('removeItem', { name: value })}
            onClick={() => onRemove(value)}
          >
            <X className="size-3" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Suggestions({ offered, onPick }: { offered: readonly string[]; onPick: (value: string) => void }) {
  return (
    <div className="flex max-h-28 flex-wrap gap-1.5 overflow-y-auto">
      {offered.map((value) => (
        <button
          key={value}
          type="button"
          className={cn(
            'h-6 max-w-full truncate rounded border border-line-strong border-dashed px-2 font-mono text-muted text-xs hover:bg-hover hover:text-ink',
          )}
          // Before the input loses focus and swallows the half-typed text.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(value)}
        >
          + {value}
        </button>
      ))}
    </div>
  );
}
