// What a channel offers, beside what the catalogue and the built-in list know about it.
'use client';
import { type Channel, listUpstreamModels } from '@api-proxy/contracts/channels';
import { listCatalog, listModels } from '@api-proxy/contracts/models';
import type { Tariff } from '@api-proxy/contracts/prices';
import { useMemo } from 'react';
import { useRead } from '@/lib/query';

export type ListedModel = {
  name: string;
  inCatalog: boolean;
  added: boolean;
  priced: boolean;
  tariff: Tariff | null;
};

/** When the upstream can't list its models, the built-in list of its family stands in and `error` says why. */
export function useOffer(channel: Channel): { models: ListedModel[]; loading: boolean; error: unknown } {
  const draft = { type: channel.type, baseUrl: channel.baseUrl, channelId: channel.id };
  const upstream = useRead(listUpstreamModels, { body: draft });
  const catalog = useRead(listCatalog);
  const own = useRead(listModels, { query: {} });
  const models = useMemo(() => {
    const entries = new Map((catalog.data?.items ?? []).map((entry) => [entry.name, entry]));
    const mine = new Map((own.data?.items ?? []).map((model) => [model.name, model]));
    const family = [...entries.values()]
      .filter((entry) => entry.provider === channel.type)
      .map((entry) => entry.name);
    return (upstream.data?.models ?? family).map((name): ListedModel => {
      const entry = entries.get(name);
      return {
        name,
        inCatalog: entry !== undefined,
        added: mine.has(name),
        priced: (mine.get(name)?.price ?? null) !== null,
        tariff: entry?.tariff ?? null,
      };
    });
  }, [upstream.data, catalog.data, own.data, channel.type]);
  return {
    models,
    loading: upstream.isPending || catalog.isPending || own.isPending,
    error: upstream.error ?? catalog.error,
  };
}
