// Models without a price: the official one with a click where the built-in list has it, else the form.
'use client';
import { addFromCatalog, listCatalog } from '@api-proxy/contracts/models';
import type { UnpricedModel } from '@api-proxy/contracts/prices';
import { TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { PriceSummary } from '@/features/models/model-cells';
import { useRead, useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import { PRICE_READS } from './price-form';

const FEW = 6;

export function UnpricedModels({
  models,
  onSet,
}: {
  models: readonly UnpricedModel[];
  onSet: (model: string) => void;
}) {
  const t = useTranslations('prices.unpriced');
  const errorText = useErrorText();
  const catalog = useRead(listCatalog, undefined, { enabled: models.length > 0 });
  const add = useWrite(addFromCatalog, PRICE_READS);
  const [all, setAll] = useState(false);
  if (models.length === 0) return null;
  const official = new Map(
    catalog.data?.items.flatMap(({ name, tariff }) => (tariff ? [[name, tariff] as const] : [])),
  );
  const listed = models.map(({ model }) => model).filter((model) => official.has(model));
  const apply = (names: string[]) =>
    add.mutate(
      { body: { names, withPrices: true } },
      {
        onSuccess: ({ prices }) => toast.success(t('done', { count: prices })),
        onError: (error) => toast.error(errorText(error)),
      },
    );
  return (
    <section className="mb-4 overflow-hidden rounded-lg border border-line bg-surface shadow-xs">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-b bg-warn-soft px-4 py-2.5">
        <TriangleAlert className="size-4 text-warn" aria-hidden />
        <h2 className="font-medium text-ink">{t('title', { count: models.length })}</h2>
        <span className="text-muted text-xs">{t('text')}</span>
        {listed.length > 1 && (
          <Button size="sm" className="ml-auto" busy={add.isPending} onClick={() => apply(listed)}>
            {t('applyAll', { count: listed.length })}
          </Button>
        )}
      </header>
      <ul className="divide-y divide-line">
        {(all ? models : models.slice(0, FEW)).map(({ model, requests, channels }) => {
          const tariff = official.get(model);
          return (
            <li key={model} className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5">
              <code className="min-w-0 flex-1 basis-full truncate font-mono text-ink text-xs sm:basis-0">
                {model}
              </code>
              <span className="num text-faint text-xs">
                {requests > 0
                  ? t('requests', { count: requests })
                  : channels.length > 0
                    ? t('onChannels', {
                        names: channels.slice(0, 2).join(', '),
                        more: Math.max(0, channels.length - 2),
                      })
                    : t('inCatalogue')}
              </span>
              {tariff && (
                <span className="text-muted text-xs">
                  {t('official')} <PriceSummary tariff={tariff} />
                </span>
              )}
              {tariff && (
                <Button size="sm" disabled={add.isPending} onClick={() => apply([model])}>
                  {t('apply')}
                </Button>
              )}
              <Button size="sm" variant="ghost" onClick={() => onSet(model)}>
                {t('set')}
              </Button>
            </li>
          );
        })}
      </ul>
      {!all && models.length > FEW && (
        <button
          type="button"
          className="h-9 w-full border-line border-t text-muted text-xs hover:bg-hover hover:text-ink"
          onClick={() => setAll(true)}
        >
          {t('more', { count: models.length - FEW })}
        </button>
      )}
    </section>
  );
}
