// A message inside a page: information, success, warning or failure.
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

const LOOK = {
  info: { icon: Info, classes: 'border-line bg-sunken text-muted' },
  ok: { icon: CircleCheck, classes: 'border-transparent bg-ok-soft text-ok' },
  warn: { icon: TriangleAlert, classes: 'border-transparent bg-warn-soft text-warn' },
  bad: { icon: CircleAlert, classes: 'border-transparent bg-bad-soft text-bad' },
} as const;

/** A message with an icon; failures are announced to screen readers. */
export function Notice({
  tone = 'info',
  children,
  className,
}: {
  tone?: keyof typeof LOOK;
  children: ReactNode;
  className?: string;
}) {
  const { icon: Icon, classes } = LOOK[tone];
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={cn('flex items-start gap-2 rounded-md border px-3 py-2', classes, className)}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
