// The select: a list of options with labels.
'use client';
import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { inputClasses } from './input';

export type Option = { value: string; label: ReactNode; disabled?: boolean };

/** A single choice among options; an empty `value` shows the placeholder. */
export function Select({
  value,
  onChange,
  options,
  placeholder,
  className,
  ...trigger
}: {
  value: string;
  onChange: (value: string) => void;
  options: readonly Option[];
  placeholder?: string;
  className?: string;
  id?: string;
  name?: string;
  disabled?: boolean;
  'aria-label'?: string;
  'aria-invalid'?: boolean;
  'aria-describedby'?: string | undefined;
}) {
  const { name, disabled, ...rest } = trigger;
  return (
    <Radix.Root
      value={value}
      onValueChange={onChange}
      {...(name === undefined ? {} : { name })}
      {...(disabled === undefined ? {} : { disabled })}
    >
      <Radix.Trigger
        className={cn(
          inputClasses,
          'flex h-8 items-center justify-between gap-2 text-left text-sm data-placeholder:text-faint',
          className,
        )}
        {...rest}
      >
        <span className="truncate">
          {/* Given outright: before the page is live, the list that knows the labels is not there. */}
          <Radix.Value placeholder={placeholder}>
            {options.find((option) => option.value === value)?.label}
          </Radix.Value>
        </span>
        <ChevronDown className="size-4 shrink-0 text-faint" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-72 min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border border-line bg-surface shadow-md data-[state=open]:animate-in data-[state=open]:fade-in-0"
        >
          <Radix.Viewport className="p-1">
            {options.map((option) => (
              <SelectItem key={option.value} {...option} />
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function SelectItem({ value, label, disabled = false }: Option) {
  return (
    <Radix.Item
      value={value}
      disabled={disabled}
      className="relative flex h-8 cursor-default select-none items-center rounded-sm pr-8 pl-2 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover"
    >
      <Radix.ItemText>{label}</Radix.ItemText>
      <Radix.ItemIndicator className="absolute right-2">
        <Check className="size-4 text-faint" />
      </Radix.ItemIndicator>
    </Radix.Item>
  );
}
