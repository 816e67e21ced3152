// The codes of new gift cards, this once: to copy, or as a file. Asks before it is closed by a slip.
'use client';
import type { NewGiftCards } from '@api-proxy/contracts/gift-cards';
import { Download, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { saveFile } from '@/lib/save-file';
import { codesCsv } from './codes-csv';

export function CodesDialog({ made, onClose }: { made: NewGiftCards; onClose: () => void }) {
  const t = useTranslations('giftCards.codes');
  const [leaving, setLeaving] = useState(false);
  const download = () => saveFile(`gift-cards-${made.batchId}.csv`, 'text/csv', codesCsv(made));
  return (
    <Dialog open onOpenChange={(open) => !open && setLeaving(true)}>
      <DialogContent
        title={t('title', { count: made.codes.length })}
        description={t('text')}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t('done')}
          </Button>
        }
      >
        <div className="overflow-hidden rounded-lg border border-line-strong">
          <ol
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs focus to be scrolled by keys
            tabIndex={0}
            aria-label={t('list')}
            className="max-h-72 overflow-y-auto bg-code px-3 py-2 font-mono text-ink text-sm leading-6 focus-visible:outline-offset-[-2px]"
          >
            {made.codes.map((code) => (
              <li key={code} className="select-all" data-testid="gift-code">
                {code}
              </li>
            ))}
          </ol>
          <div className="flex flex-wrap gap-2 border-line border-t bg-sunken p-2">
            <CopyButton text={made.codes.join('\n')} label={t('copyAll')} variant="secondary" />
            <Button onClick={download}>
              <Download /> {t('csv')}
            </Button>
          </div>
          <p className="flex items-start gap-2 border-line border-t bg-warn-soft px-3 py-2 text-warn text-xs">
            <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
            {t('warning')}
          </p>
        </div>
      </DialogContent>
      <ConfirmDialog
        confirmation={
          leaving
            ? {
                title: t('leaveTitle'),
                description: t('leaveText'),
                confirmLabel: t('leave'),
                onConfirm: async () => onClose(),
              }
            : null
        }
        onClose={() => setLeaving(false)}
      />
    </Dialog>
  );
}
