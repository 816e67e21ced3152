// A table of pairs (headers, renames) in a form: rows of two lines of text, added and removed one by one.
'use client';
import { Plus, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { FieldValues } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { type Bound, Field, type FieldFrame } from './field';

export type Pair = { name: string; value: string };

function pairsOf(value: unknown): Pair[] {
  if (!Array.isArray(value)) return [];
  return value.map((one: Partial<Pair>) => ({ name: one.name ?? '', value: one.value ?? '' }));
}

type Labels = {
  /** Read out and shown as placeholders of the two columns. */
  nameLabel: string;
  valueLabel: string;
  addLabel: string;
};

/** A list of pairs; the form's value is `Pair[]`, empty rows included. */
export function PairsField<Values extends FieldValues, Output>({
  control,
  name,
  nameLabel,
  valueLabel,
  addLabel,
  ...frame
}: Bound<Values, Output> & FieldFrame & Labels) {
  return (
    <Field control={control} name={name} {...frame}>
      {({ value, onChange, onBlur, props }) => (
        <PairRows
          id={props.id}
          invalid={props['aria-invalid']}
          pairs={pairsOf(value)}
          onChange={onChange}
          onBlur={onBlur}
          labels={{ nameLabel, valueLabel, addLabel }}
        />
      )}
    </Field>
  );
}

function PairRows({
  id,
  invalid,
  pairs,
  onChange,
  onBlur,
  labels,
}: {
  id: string;
  invalid: boolean;
  pairs: readonly Pair[];
  onChange: (pairs: Pair[]) => void;
  onBlur: () => void;
  labels: Labels;
}) {
  const t = useTranslations('ui');
  const change = (at: number, part: Partial<Pair>) =>
    onChange(pairs.map((pair, index) => (index === at ? { ...pair, ...part } : pair)));
  const line = (at: number, part: keyof Pair, label: string) => (
    <Input
      id={at === 0 && part === 'name' ? id : undefined}
      className="font-mono"
      value={pairs[at]?.[part] ?? ''}
      placeholder={label}
      aria-label={label}
      aria-invalid={invalid}
      autoComplete="off"
      spellCheck={false}
      onBlur={onBlur}
      onChange={(event) => change(at, { [part]: event.target.value })}
    />
  );
  return (
    <div className="grid gap-2">
      {pairs.map((pair, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing else that stays while it is typed
        <div key={at} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] gap-2">
          {line(at, 'name', labels.nameLabel)}
          {line(at, 'value', labels.valueLabel)}
          <Button
            variant="ghost"
            size="icon"
            aria-label={t('removeItem', { name: pair.name || labels.nameLabel })}
            onClick={() => onChange(pairs.filter((_, index) => index !== at))}
          >
            <X />
          </Button>
        </div>
      ))}
      <div>
        <Button size="sm" onClick={() => onChange([...pairs, { name: '', value: '' }])}>
          <Plus /> {labels.addLabel}
        </Button>
      </div>
    </div>
  );
}
