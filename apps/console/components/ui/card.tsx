// The card: a surface with an optional header and footer.
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** A raised surface. */
export function Card({ className, ...props }: ComponentProps<'section'>) {
  return (
    <section className={cn('rounded-lg border border-line bg-surface shadow-xs', className)} {...props} />
  );
}

/** Title, description and actions at the top of a card. */
export function CardHeader({
  title,
  description,
  actions,
  className,
}: {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <header
      className={cn('flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-4 pb-3', className)}
    >
      <div className="min-w-0">
        <h2 className="font-medium text-base text-ink">{title}</h2>
        {description && <p className="mt-0.5 text-muted">{description}</p>}
      </div>
      {actions && <div className="flex min-w-0 flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** The padded inside of a card. */
export function CardBody({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('px-4 pb-4', className)} {...props} />;
}

/** Actions at the bottom of a card, set off by a line. */
export function CardFooter({ className, ...props }: ComponentProps<'footer'>) {
  return (
    <footer
      className={cn(
        'flex items-center justify-end gap-2 rounded-b-lg border-line border-t bg-sunken px-4 py-3',
        className,
      )}
      {...props}
    />
  );
}
