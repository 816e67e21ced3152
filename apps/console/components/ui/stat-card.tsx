// One number that matters, with its name, unit and a hint.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Card } from './card';

/** A headline number; `loading` keeps the card's size. */
export function StatCard({
  label,
  value,
  hint,
  icon: Icon,
  action,
  loading = false,
  className,
}: {
  label: ReactNode;
  value: ReactNode;
  hint?: ReactNode;
  icon?: LucideIcon;
  /** A small button in place of the icon. */
  action?: ReactNode;
  loading?: boolean;
  className?: string;
}) {
  return (
    <Card className={cn('flex flex-col px-4 py-3.5', className)}>
      <div className="flex items-center justify-between gap-2 text-muted text-xs">
        <span>{label}</span>
        {action ?? (Icon && <Icon className="size-4 text-faint" aria-hidden />)}
      </div>
      {loading ? (
        <div className="skeleton mt-2 h-7 w-24" />
      ) : (
        <div className="num mt-1 font-semibold text-2xl text-ink tracking-tight">{value}</div>
      )}
      {loading ? (
        <div className="skeleton mt-2 h-3.5 w-32" />
      ) : (
        hint && <div className="mt-1 text-faint text-xs">{hint}</div>
      )}
    </Card>
  );
}
