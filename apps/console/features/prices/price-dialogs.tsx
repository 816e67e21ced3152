// The dialogs about prices: set, history, withdraw.
'use client';
import { type ListedPrice, listPrices, type Price, withdrawPrice } from '@api-proxy/contracts/prices';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, SheetContent } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/empty-state';
import { Money, When } from '@/components/ui/value';
import { useRead, useWrite } from '@/lib/query';
import { PRICE_READS, PriceForm } from './price-form';
import { LongContext, PhaseBadge } from './use-price-columns';

export type OpenedPrice =
  /** `from`: the price that the new one starts as. */
  | { act: 'set'; model: string; from: Price | undefined }
  | { act: 'history'; model: string }
  | { act: 'withdraw'; price: Price };

type Props = {
  opened: OpenedPrice | null;
  channelNames: ReadonlyMap<string, string>;
  onClose: () => void;
};

export function PriceDialogs({ opened, channelNames, onClose }: Props) {
  if (opened === null) return null;
  switch (opened.act) {
    case 'set':
      return (
        <PriceForm model={opened.model} from={opened.from} channelNames={channelNames} onClose={onClose} />
      );
    case 'history':
      return <HistorySheet model={opened.model} channelNames={channelNames} onClose={onClose} />;
    case 'withdraw':
      return <WithdrawDialog price={opened.price} onClose={onClose} />;
  }
}

function WithdrawDialog({ price, onClose }: { price: Price; onClose: () => void }) {
  const t = useTranslations('prices.withdraw');
  const withdraw = useWrite(withdrawPrice, PRICE_READS);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: price.model,
        description: t('text'),
        confirmLabel: t('confirm'),
        onConfirm: async () => {
          await withdraw.mutateAsync({ params: { priceId: price.id } });
          toast.success(t('done', { model: price.model }));
        },
      }}
      onClose={onClose}
    />
  );
}

function HistorySheet({
  model,
  channelNames,
  onClose,
}: {
  model: string;
  channelNames: Props['channelNames'];
  onClose: () => void;
}) {
  const t = useTranslations('prices.history');
  const history = useRead(listPrices, { query: { model } });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={t('title')} description={model}>
        {history.data ? (
          <ol className="grid gap-3">
            {history.data.items.map((price) => (
              <HistoryEntry key={price.id} price={price} channelNames={channelNames} />
            ))}
          </ol>
        ) : history.error ? (
          <ErrorState error={history.error} onRetry={() => history.refetch()} />
        ) : (
          <div className="skeleton h-32 w-full" />
        )}
      </SheetContent>
    </Dialog>
  );
}

function HistoryEntry({ price, channelNames }: { price: ListedPrice; channelNames: Props['channelNames'] }) {
  const t = useTranslations('prices');
  return (
    <li className="rounded-lg border border-line p-3">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <PhaseBadge price={price} />
        <span className="text-muted">
          {t('history.from')} <When at={price.effectiveFrom} />
        </span>
        {price.withdrawnAt && (
          <span className="text-faint">
            · {t('phase.withdrawn')} <When at={price.withdrawnAt} />
          </span>
        )}
        <span className="ml-auto max-w-full truncate text-faint text-xs">
          {t(`source.${price.source}`)}
          {price.setBy && ` · ${price.setBy}`}
        </span>
      </div>
      <dl className="mt-3 grid grid-cols-3 gap-x-4 gap-y-2 sm:grid-cols-5">
        {(['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const).map((name) => (
          <div key={name}>
            <dt className="text-faint text-xs">{t(`columns.${name}`)}</dt>
            <dd>
              <Money usd={price.tariff[name]} />
            </dd>
          </div>
        ))}
      </dl>
      {price.tariff.longContext && (
        <p className="mt-2 text-xs">
          {t('columns.longContext')} <LongContext tier={price.tariff.longContext} />
        </p>
      )}
      {price.channelId && (
        <p className="mt-2 text-muted text-xs">
          {t('onChannel', { name: channelNames.get(price.channelId) ?? price.channelId })}
        </p>
      )}
      {price.note && <p className="mt-2 break-words text-muted">{price.note}</p>}
    </li>
  );
}
