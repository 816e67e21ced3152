// Keeps what was typed from being lost: asks before a changed form is left.
'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type ReactNode, useEffect, useState } from 'react';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';

/**
 * While `dirty`, `leave(action)` asks before it acts, links ask before they are followed, and the browser asks on
 * closing the tab. Render `dialog` anywhere.
 */
export function useDiscardGuard(dirty: boolean): { leave: (action: () => void) => void; dialog: ReactNode } {
  const t = useTranslations('ui');
  const router = useRouter();
  const [pending, setPending] = useState<(() => void) | null>(null);

  useEffect(() => {
    if (!dirty) return;
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      if (!(link instanceof HTMLAnchorElement) || link.target === '_blank' || link.origin !== location.origin)
        return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || link.pathname === location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setPending(() => () => router.push(link.pathname + link.search));
    };
    window.addEventListener('beforeunload', beforeUnload);
    window.addEventListener('click', onClick, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', beforeUnload);
      window.removeEventListener('click', onClick, { capture: true });
    };
  }, [dirty, router]);

  const leave = (action: () => void) => (dirty ? setPending(() => action) : action());
  const dialog = (
    <ConfirmDialog
      confirmation={
        pending === null
          ? null
          : {
              title: t('discardTitle'),
              description: t('discardText'),
              confirmLabel: t('discard'),
              onConfirm: async () => pending(),
            }
      }
      onClose={() => setPending(null)}
    />
  );
  return { leave, dialog };
}
