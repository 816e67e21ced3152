// What a list says when it has nothing, and what to do about it.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

export { ErrorState } from './error-state';

/** Nothing here yet: says why and offers the next step. */
export function EmptyState({
  icon: Icon,
  title,
  description,
  action,
  heading: Heading = 'h3',
  className,
}: {
  icon: LucideIcon;
  title: ReactNode;
  description?: ReactNode;
  action?: ReactNode;
  /** `h1` where this is all that the page says. */
  heading?: 'h1' | 'h3';
  className?: string;
}) {
  return (
    <div className={cn('flex flex-col items-center justify-center px-6 py-14 text-center', className)}>
      <span className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-sunken text-faint">
        <Icon className="size-5" aria-hidden />
      </span>
      <Heading className="font-medium text-base text-ink">{title}</Heading>
      {description && <p className="mt-1 max-w-md text-balance text-muted">{description}</p>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
