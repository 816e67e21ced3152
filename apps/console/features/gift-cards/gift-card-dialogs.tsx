// The dialogs about gift cards: make, see the codes once, void one or a batch.
'use client';
import {
  type GiftCard,
  type NewGiftCards,
  voidGiftCard,
  voidGiftCardBatch,
} from '@api-proxy/contracts/gift-cards';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { exactMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';
import { codeLabel } from './code-label';
import { CodesDialog } from './codes-dialog';
import { CreateGiftCardsDialog } from './create-gift-cards-dialog';

export type OpenedGiftCard =
  | { act: 'create' }
  | { act: 'codes'; made: NewGiftCards }
  | { act: 'void'; card: GiftCard }
  | { act: 'voidBatch'; batchId: string };

export function GiftCardDialogs({
  opened,
  onOpen,
  onClose,
}: {
  opened: OpenedGiftCard | null;
  onOpen: (opened: OpenedGiftCard) => void;
  onClose: () => void;
}) {
  if (opened === null) return null;
  switch (opened.act) {
    case 'create':
      return <CreateGiftCardsDialog onMade={(made) => onOpen({ act: 'codes', made })} onClose={onClose} />;
    case 'codes':
      return <CodesDialog made={opened.made} onClose={onClose} />;
    case 'void':
      return <VoidDialog card={opened.card} onClose={onClose} />;
    case 'voidBatch':
      return <VoidBatchDialog batchId={opened.batchId} onClose={onClose} />;
  }
}

function VoidDialog({ card, onClose }: { card: GiftCard; onClose: () => void }) {
  const t = useTranslations('giftCards.void');
  const voidOne = useWrite(voidGiftCard, ['giftCards']);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: `${codeLabel(card)} · ${exactMoney(card.amountUsd)}`,
        description: t('text'),
        confirmLabel: t('confirm'),
        onConfirm: async () => {
          await voidOne.mutateAsync({ params: { giftCardId: card.id } });
          toast.success(t('done', { name: codeLabel(card) }));
        },
      }}
      onClose={onClose}
    />
  );
}

function VoidBatchDialog({ batchId, onClose }: { batchId: string; onClose: () => void }) {
  const t = useTranslations('giftCards.voidBatch');
  const voidAll = useWrite(voidGiftCardBatch, ['giftCards']);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: batchId,
        description: t('text'),
        confirmLabel: t('confirm'),
        onConfirm: async () => {
          const { voided } = await voidAll.mutateAsync({ params: { batchId } });
          toast.success(t('done', { count: voided }));
        },
      }}
      onClose={onClose}
    />
  );
}
