// The fields of a key: its name, and limits that are empty by default.
'use client';
import type { KeyCreate } from '@api-proxy/contracts/keys';
import { listAvailableModels } from '@api-proxy/contracts/usage';
import { ChevronRight } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { Control } from 'react-hook-form';
import { ExpiryField } from '@/components/form/expiry-field';
import { NumberField, TextField } from '@/components/form/fields';
import { ListField } from '@/components/form/list-field';
import { useRead } from '@/lib/query';
import { QuotasField } from './quotas-field';

/** Name and, folded away, the limits. */
export function KeyFields<Output>({
  control,
  unfolded = false,
}: {
  control: Control<KeyCreate, unknown, Output>;
  unfolded?: boolean;
}) {
  const t = useTranslations('keys');
  const { data } = useRead(listAvailableModels);
  const models = (data?.items ?? []).map((model) => model.name);
  return (
    <>
      <TextField
        control={control}
        name="name"
        label={t('name')}
        placeholder={t('namePlaceholder')}
        autoFocus
        autoComplete="off"
      />
      <details open={unfolded} className="group rounded-lg border border-line">
        <summary className="flex cursor-pointer select-none list-none items-center gap-2 rounded-lg px-3 py-2 text-muted hover:text-ink">
          <ChevronRight className="size-4 transition-transform group-open:rotate-90" aria-hidden />
          {t('limits')}
          <span className="ml-auto text-faint text-xs">{t('limitsHint')}</span>
        </summary>
        <div className="grid gap-4 border-line border-t p-3">
          <QuotasField control={control} />
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            <NumberField control={control} name="rpm" label={t('rpm')} placeholder={t('none')} />
            <NumberField control={control} name="tpm" label={t('tpm')} placeholder={t('none')} />
            <NumberField
              control={control}
              name="maxConcurrency"
              label={t('concurrency')}
              placeholder={t('none')}
            />
          </div>
          <ExpiryField control={control} name="expiresAt" label={t('expires')} hint={t('expiresHint')} />
          <ListField
            control={control}
            name="allowedModels"
            label={t('allowedModels')}
            optional
            hint={t('allowedModelsHint')}
            placeholder={t('allModels')}
            suggestions={models}
          />
          <ListField
            control={control}
            name="allowedIps"
            label={t('allowedIps')}
            optional
            hint={t('allowedIpsHint')}
            placeholder="10.0.0.0/8"
          />
        </div>
      </details>
    </>
  );
}
