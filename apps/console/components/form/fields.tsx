// The kinds of fields that forms are made of.
'use client';
import type { ComponentProps, ReactNode } from 'react';
import type { FieldValues } from 'react-hook-form';
import { AffixInput, Input, Textarea } from '@/components/ui/input';
import { type Option, Select } from '@/components/ui/select';
import { Switch } from '@/components/ui/toggle';
import { cn } from '@/lib/cn';
import { type Bound, Field, type FieldFrame } from './field';

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

type TextExtras = Pick<
  ComponentProps<'input'>,
  'type' | 'placeholder' | 'autoComplete' | 'autoFocus' | 'inputMode' | 'spellCheck'
>;

/** A line of text; `nullable` turns an empty line into `null`. */
export function TextField<Input extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  optional,
  className,
  nullable = false,
  mono = false,
  ...extras
}: Bound<Input, Output> & FieldFrame & TextExtras & { nullable?: boolean; mono?: boolean }) {
  return (
    <Field control={control} name={name} {...frameOf({ label, hint, optional, className })}>
      {({ value, onChange, onBlur, ref, props }) => (
        <TextInput
          {...extras}
          {...props}
          className={cn(mono && 'font-mono')}
          ref={ref}
          value={textOf(value)}
          onBlur={onBlur}
          onChange={(event) => onChange(nullable && event.target.value === '' ? null : event.target.value)}
        />
      )}
    </Field>
  );
}

const TextInput = Input;

/** Several lines of text. */
export function TextareaField<Input extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  optional,
  className,
  placeholder,
}: Bound<Input, Output> & FieldFrame & { placeholder?: string }) {
  return (
    <Field control={control} name={name} {...frameOf({ label, hint, optional, className })}>
      {({ value, onChange, onBlur, ref, props }) => (
        <Textarea
          {...props}
          placeholder={placeholder}
          ref={ref}
          value={textOf(value)}
          onBlur={onBlur}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A whole number or nothing (`null`). */
export function NumberField<Input extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  optional,
  className,
  placeholder,
  suffix,
}: Bound<Input, Output> & FieldFrame & { placeholder?: string; suffix?: ReactNode }) {
  return (
    <Field control={control} name={name} {...frameOf({ label, hint, optional, className })}>
      {({ value, onChange, onBlur, ref, props }) => (
        <AffixInput
          {...props}
          type="number"
          inputMode="numeric"
          placeholder={placeholder}
          suffix={suffix}
          ref={ref}
          value={textOf(value)}
          onBlur={onBlur}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.valueAsNumber)}
        />
      )}
    </Field>
  );
}

/** An amount in USD as a decimal text, never a floating-point number. */
export function MoneyField<Input extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  optional,
  className,
  placeholder,
  suffix = 'USD',
  nullable = false,
}: Bound<Input, Output> & FieldFrame & { placeholder?: string; suffix?: ReactNode; nullable?: boolean }) {
  return (
    <Field control={control} name={name} {...frameOf({ label, hint, optional, className })}>
      {({ value, onChange, onBlur, ref, props }) => (
        <AffixInput
          {...props}
          inputMode="decimal"
          autoComplete="off"
          prefix="$"
          suffix={suffix}
          placeholder={placeholder}
          ref={ref}
          value={textOf(value)}
          onBlur={onBlur}
          onChange={(event) =>
            onChange(nullable && event.target.value.trim() === '' ? null : event.target.value.trim())
          }
        />
      )}
    </Field>
  );
}

/** One of several options. */
export function SelectField<Input extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  optional,
  className,
  options,
  placeholder,
}: Bound<Input, Output> & FieldFrame & { options: readonly Option[]; placeholder?: string }) {
  return (
    <Field control={control} name={name} {...frameOf({ label, hint, optional, className })}>
      {({ value, onChange, props }) => (
        <Select
          {...props}
          value={textOf(value)}
          onChange={onChange}
          options={options}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
      )}
    </Field>
  );
}

/** On or off, with the explanation beside the switch. */
export function SwitchField<Input extends FieldValues, Output>({
  control,
  name,
  label,
  hint,
  className,
}: Bound<Input, Output> & FieldFrame) {
  return (
    <Field
      control={control}
      name={name}
      {...frameOf({
        label,
        hint,
        className: cn(
          'grid-cols-[1fr_auto] items-center gap-x-4 gap-y-0.5 [&>button]:row-span-2 [&>button]:row-start-1 [&>button]:col-start-2',
          className,
        ),
      })}
    >
      {({ value, onChange, props: { name: _, ...props } }) => (
        <Switch {...props} checked={value === true} onCheckedChange={onChange} />
      )}
    </Field>
  );
}

// `exactOptionalPropertyTypes`: an absent part of the frame must be absent, not `undefined`.
function frameOf(frame: {
  label: ReactNode;
  hint?: ReactNode;
  optional?: boolean | undefined;
  className?: string | undefined;
}): FieldFrame {
  const { optional, className, ...rest } = frame;
  return {
    ...rest,
    ...(optional === undefined ? {} : { optional }),
    ...(className === undefined ? {} : { className }),
  };
}
