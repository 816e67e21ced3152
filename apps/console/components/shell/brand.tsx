// The mark and the name of the installation.
import { cn } from '@/lib/cn';

/** Two channels meeting in one line. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={cn('size-6', className)} aria-hidden focusable="false">
      <rect width="24" height="24" rx="6" className="fill-primary" />
      <path
        d="M5.5 7.5h3.2c1.5 0 2.3.9 3 2.2l.6 1.1c.6 1 1.2 1.2 2.2 1.2h4M5.5 16.5h3.2c1.5 0 2.3-.9 3-2.2l.6-1.1c.6-1 1.2-1.2 2.2-1.2"
        className="fill-none stroke-on-primary"
        strokeWidth="1.9"
        strokeLinecap="round"
      />
      <circle cx="18.3" cy="12" r="1.7" className="fill-on-primary" />
    </svg>
  );
}

/** Mark and name. */
export function Brand({ name }: { name: string }) {
  return (
    <span className="flex min-w-0 items-center gap-2 font-semibold text-ink text-sm tracking-tight">
      <Mark className="shrink-0" />
      <span className="truncate">{name}</span>
    </span>
  );
}
