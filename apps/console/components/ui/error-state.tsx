// What is shown where loading failed.
'use client';
import { CircleAlert, RotateCw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { cn } from '@/lib/cn';
import { useErrorText } from '@/lib/use-error-text';
import { Button } from './button';

/** Loading failed: says what went wrong and offers to try again. */
export function ErrorState({
  error,
  onRetry,
  className,
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
  className?: string;
}) {
  const t = useTranslations('ui');
  const errorText = useErrorText();
  return (
    <div
      role="alert"
      className={cn('flex flex-col items-center justify-center px-6 py-14 text-center', className)}
    >
      <span className="mb-3 flex size-10 items-center justify-center rounded-lg bg-bad-soft text-bad">
        <CircleAlert className="size-5" aria-hidden />
      </span>
      <h3 className="font-medium text-base text-ink">{t('loadFailed')}</h3>
      <p className="mt-1 max-w-md text-balance text-muted">{errorText(error)}</p>
      {onRetry && (
        <Button className="mt-4" onClick={onRetry}>
          <RotateCw /> {t('retry')}
        </Button>
      )}
    </div>
  );
}
