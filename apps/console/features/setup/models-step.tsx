// The models that the channel offers, put into the catalogue with their prices.
'use client';
import type { Channel } from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { AffixInput } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { Checkbox } from '@/components/ui/toggle';
import { Money } from '@/components/ui/value';
import { CACHE_RULE_NAMES, type CacheRule, cachePrices } from '@/features/prices/cache-rules';
import { exactMoney } from '@/lib/money';
import { useErrorText } from '@/lib/use-error-text';
import { useAddModels } from './use-add-models';
import { type ListedModel, useOffer } from './use-offer';

/** `rule`: how the cache prices follow from the input price. */
export type OwnPrice = { input: string; output: string; rule: CacheRule };

/** Models of the built-in list come with official prices; others can be given one here. */
export function ModelsStep({ channel, onNext }: { channel: Channel; onNext: () => void }) {
  const t = useTranslations('setup');
  const errorText = useErrorText();
  const offer = useOffer(channel);
  const add = useAddModels(channel);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [prices, setPrices] = useState<Record<string, OwnPrice>>({});
  if (offer.loading) return <div className="skeleton h-40" />;
  const chosen = offer.models.filter((model) => !left.has(model.name) && !(model.added && model.priced));
  const toggle = (name: string) => {
    const next = new Set(left);
    if (!next.delete(name)) next.add(name);
    setLeft(next);
  };
  const submit = () => add.mutate({ models: chosen, prices }, { onSuccess: onNext });
  return (
    <div className="grid gap-3">
      {offer.error !== null && (
        <Notice tone="warn">{t('offerFailed', { reason: errorText(offer.error) })}</Notice>
      )}
      {offer.models.length === 0 && <Notice>{t('noModels')}</Notice>}
      <ul className="max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {offer.models.map((model) => (
          <ModelRow
            key={model.name}
            model={model}
            checked={!left.has(model.name)}
            onToggle={() => toggle(model.name)}
            price={
              prices[model.name] ?? {
                input: '',
                output: '',
                rule: channel.type === 'claude' ? 'anthropic' : 'openai',
              }
            }
            onPrice={(price) => setPrices({ ...prices, [model.name]: price })}
          />
        ))}
      </ul>
      {add.error !== null && <Notice tone="bad">{errorText(add.error)}</Notice>}
      <div className="flex gap-2">
        {chosen.length > 0 && (
          <Button variant="primary" busy={add.isPending} onClick={submit}>
            {t('addModels', { count: chosen.length })}
          </Button>
        )}
        <Button variant={chosen.length > 0 ? 'ghost' : 'primary'} onClick={onNext}>
          {t('next')}
        </Button>
      </div>
    </div>
  );
}

/** Once there is an input price: what reading and writing the cache will cost, by a rule that can be changed. */
function CachePrices({ name, price, onPrice }: { name: string } & Pick<RowProps, 'price' | 'onPrice'>) {
  const t = useTranslations('setup');
  const tRules = useTranslations('prices.form.rules');
  const { cacheRead, cacheWrite5m, cacheWrite1h } = cachePrices(price.input, price.rule);
  if (cacheRead === '') return null;
  const choose = (value: string) =>
    onPrice({ ...price, rule: CACHE_RULE_NAMES.find((rule) => rule === value) ?? price.rule });
  return (
    <div className="flex basis-full flex-wrap items-center gap-x-3 gap-y-1.5 pl-7">
      <Select
        className="w-56"
        aria-label={t('cacheRuleOf', { name })}
        value={price.rule}
        onChange={choose}
        options={CACHE_RULE_NAMES.map((value) => ({ value, label: tRules(value) }))}
      />
      <span className="num text-muted text-xs">
        {t('cachePrices', {
          read: exactMoney(cacheRead),
          write5m: exactMoney(cacheWrite5m),
          write1h: exactMoney(cacheWrite1h),
        })}
      </span>
    </div>
  );
}

type RowProps = {
  model: ListedModel;
  checked: boolean;
  onToggle: () => void;
  price: OwnPrice;
  onPrice: (price: OwnPrice) => void;
};

function ModelRow({ model, checked, onToggle, price, onPrice }: RowProps) {
  const t = useTranslations('setup');
  const there = model.added && model.priced;
  return (
    <li className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
      <Checkbox
        checked={checked || there}
        disabled={there}
        onCheckedChange={onToggle}
        aria-label={model.name}
      />
      <span className="min-w-0 flex-1 truncate font-medium">{model.name}</span>
      {there ? (
        <Badge tone="ok">{t('alreadyThere')}</Badge>
      ) : model.tariff ? (
        <span className="num text-muted text-xs">
          <Money usd={model.tariff.input} /> / <Money usd={model.tariff.output} /> {t('perMTok')}
        </span>
      ) : (
        <>
          <Badge tone="warn">{t('unpriced')}</Badge>
          <AffixInput
            prefix="$"
            inputMode="decimal"
            className="w-24"
            placeholder={t('inputPrice')}
            aria-label={t('inputPriceOf', { name: model.name })}
            value={price.input}
            onChange={(event) => onPrice({ ...price, input: event.target.value.trim() })}
          />
          <AffixInput
            prefix="$"
            inputMode="decimal"
            className="w-24"
            placeholder={t('outputPrice')}
            aria-label={t('outputPriceOf', { name: model.name })}
            value={price.output}
            onChange={(event) => onPrice({ ...price, output: event.target.value.trim() })}
          />
          <CachePrices name={model.name} price={price} onPrice={onPrice} />
        </>
      )}
    </li>
  );
}
