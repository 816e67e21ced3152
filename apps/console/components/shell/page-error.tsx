// What a page shows when it can't be shown: the reason and a way to try again.
'use client';
import { Card } from '@/components/ui/card';
import { ErrorState } from '@/components/ui/empty-state';

/** For `error.tsx` files. */
export function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Card className="mx-auto mt-10 max-w-xl">
      <ErrorState error={error} onRetry={retry} />
    </Card>
  );
}
