// How a model's capabilities, limits, price and switches look.
'use client';
import { type Model, updateModel } from '@api-proxy/contracts/models';
import type { Tariff } from '@api-proxy/contracts/prices';
import { Brain, Eye, Wrench } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { Badge } from '@/components/ui/badge';
import { Switch } from '@/components/ui/toggle';
import { Tooltip } from '@/components/ui/tooltip';
import { exactMoney } from '@/lib/money';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

/** Reads that depend on the catalogue. */
export const MODEL_READS = ['models', 'catalog', 'prices'] as const;

const ICONS = { vision: Eye, tools: Wrench, thinking: Brain } as const;
const NAMES = ['vision', 'tools', 'thinking'] as const;

/** Icons with their names on hover and for screen readers. */
export function Capabilities({ capabilities }: { capabilities: Model['capabilities'] }) {
  const t = useTranslations('models.capability');
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      {NAMES.filter((name) => capabilities[name]).map((name) => {
        const Icon = ICONS[name];
        return (
          <Tooltip key={name} content={t(name)}>
            <span className="text-faint">
              <Icon className="size-3.5" aria-hidden />
              <span className="sr-only">{t(name)}</span>
            </span>
          </Tooltip>
        );
      })}
    </span>
  );
}

/** Input and output price, or that there is none. */
export function PriceSummary({ tariff }: { tariff: Tariff | null | undefined }) {
  const t = useTranslations('models');
  if (!tariff) return <Badge tone="warn">{t('unpriced')}</Badge>;
  return (
    <span className="num">
      {exactMoney(tariff.input)} <span className="text-faint">/</span> {exactMoney(tariff.output)}
    </span>
  );
}

/** Changes one flag of a model at once. */
export function ModelSwitch({ model, flag }: { model: Model; flag: 'enabled' | 'visible' }) {
  const t = useTranslations('models');
  const errorText = useErrorText();
  const update = useWrite(updateModel, MODEL_READS);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const change = async (on: boolean) => {
    setWanted(on);
    await update
      .mutateAsync({ params: { modelId: model.id }, body: { [flag]: on } })
      .catch((error: unknown) => toast.error(errorText(error)));
    setWanted(null);
  };
  return (
    <Switch
      className="align-middle"
      aria-label={t(`${flag}Of`, { name: model.name })}
      checked={wanted ?? model[flag]}
      disabled={wanted !== null}
      onCheckedChange={change}
    />
  );
}
