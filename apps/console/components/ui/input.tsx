// Text inputs: single line, multi-line, and one with something before or after it.
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

export const inputClasses =
  'w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink shadow-xs transition-colors placeholder:text-faint hover:border-faint/60 focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent/30 disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted aria-invalid:border-bad aria-invalid:focus-visible:outline-bad/30 max-md:text-[16px]';

/** A single-line text input. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(inputClasses, 'h-8 text-sm', className)} {...props} />;
}

/** A multi-line text input that grows with its text. */
export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return (
    <textarea
      className={cn(inputClasses, 'field-sizing-content max-h-80 min-h-16 py-1.5 text-sm', className)}
      {...props}
    />
  );
}

/** An input with a fixed prefix or suffix, such as `$` or `RPM`. */
export function AffixInput({
  prefix,
  suffix,
  className,
  ...props
}: Omit<ComponentProps<'input'>, 'prefix'> & { prefix?: ReactNode; suffix?: ReactNode }) {
  return (
    <div className={cn('relative h-8', className)}>
      {prefix && (
        <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-faint [&_svg]:size-4">
          {prefix}
        </span>
      )}
      <Input className={cn(prefix && 'pl-8', suffix && 'pr-16')} {...props} />
      {suffix && (
        <span className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-faint text-xs">
          {suffix}
        </span>
      )}
    </div>
  );
}
