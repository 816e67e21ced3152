// Where short confirmations appear.
'use client';
import { useTheme } from 'next-themes';
import { Toaster as Sonner } from 'sonner';

/** The toast area in the console's own look. */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      gap={8}
      toastOptions={{
        classNames: {
          toast: '!rounded-lg !border-line !bg-surface !text-ink !shadow-md !text-sm !font-sans',
          description: '!text-muted',
          actionButton: '!bg-primary !text-on-primary',
        },
      }}
    />
  );
}
