// A thin bar for a share: quota used, say.
import { cn } from '@/lib/cn';

/** @param share between 0 and 1; the bar turns amber from 0.8 and red at 1. */
export function Meter({ share, label, className }: { share: number; label: string; className?: string }) {
  const tone = share >= 1 ? 'bg-bad-fill' : share >= 0.8 ? 'bg-warn-fill' : 'bg-accent';
  return (
    // biome-ignore lint/a11y/useSemanticElements: the native meter can't be styled alike in all browsers
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className={cn('h-1.5 overflow-hidden rounded-full bg-hover', className)}
    >
      <div className={cn('h-full rounded-full', tone)} style={{ width: `${Math.min(100, share * 100)}%` }} />
    </div>
  );
}
