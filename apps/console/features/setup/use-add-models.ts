// Puts chosen models into the catalogue: known ones with official prices, others with the prices that were typed.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { addFromCatalog, createModel } from '@api-proxy/contracts/models';
import { createPrice } from '@api-proxy/contracts/prices';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { cachePrices } from '@/features/prices/cache-rules';
import { call } from '@/lib/api';
import type { OwnPrice } from './models-step';
import type { ListedModel } from './use-offer';

type Chosen = { models: readonly ListedModel[]; prices: Readonly<Record<string, OwnPrice>> };

/** What was done stays done when a later one fails: the list then shows what is left. */
export function useAddModels(channel: Channel) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ models, prices }: Chosen) => {
      const known = models.filter((model) => model.inCatalog).map((model) => model.name);
      if (known.length > 0) await call(addFromCatalog, { body: { names: known, withPrices: true } });
      for (const { name, inCatalog, added, tariff } of models) {
        if (!inCatalog && !added) await call(createModel, { body: { name, provider: channel.type } });
        const price = prices[name];
        if (tariff === null && price?.input && price.output)
          await call(createPrice, { body: priceBody(name, price) });
      }
    },
    onSettled: () =>
      Promise.all(
        ['models', 'catalog', 'prices', 'usage'].map((entity) =>
          client.invalidateQueries({ queryKey: [entity] }),
        ),
      ),
  });
}

function priceBody(model: string, { input, output, rule }: OwnPrice) {
  return { model, tariff: { input, output, ...cachePrices(input, rule) } };
}
