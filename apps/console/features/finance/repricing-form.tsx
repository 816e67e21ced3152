// Begins a re-pricing: which requests, and what users read about it.
'use client';
import { listChannels } from '@api-proxy/contracts/channels';
import { createRepricing, repricingCreate } from '@api-proxy/contracts/finance';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { z } from 'zod';
import { SelectField, SwitchField, TextField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { useRead, useWrite } from '@/lib/query';
import { MomentField } from './moment-field';

const ANY = 'any';
const DAY_MS = 86_400_000;

const schema = repricingCreate.extend({
  channelId: repricingCreate.shape.channelId.or(z.literal(ANY).transform(() => null)),
});

export function RepricingForm({ onMade, onClose }: { onMade: (id: string) => void; onClose: () => void }) {
  const t = useTranslations('finance.form');
  const channels = useRead(listChannels);
  const create = useWrite(createRepricing, ['repricings']);
  const [now] = useState(() => Math.floor(Date.now() / 60_000) * 60_000);
  const form = useContractForm({
    schema,
    defaults: {
      from: new Date(now - 7 * DAY_MS).toISOString(),
      to: new Date(now).toISOString(),
      ...{ model: null, channelId: ANY, userId: null, keyId: null, chargeUnpriced: false, note: '' },
    },
    submit: async (body) => {
      const run = await create.mutateAsync({ body });
      onClose();
      onMade(run.id);
    },
  });
  const { control } = form;
  const options = [
    { value: ANY, label: t('anyChannel') },
    ...(channels.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <FormDialog
      form={form}
      title={t('title')}
      description={t('text')}
      submitLabel={t('submit')}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <MomentField control={control} name="from" label={t('from')} />
        <MomentField control={control} name="to" label={t('to')} />
        <TextField
          control={control}
          name="model"
          label={t('model')}
          hint={t('modelHint')}
          optional
          nullable
          mono
        />
        <SelectField control={control} name="channelId" label={t('channel')} options={options} optional />
        <TextField
          control={control}
          name="userId"
          label={t('user')}
          hint={t('userHint')}
          optional
          nullable
          mono
        />
        <TextField
          control={control}
          name="keyId"
          label={t('key')}
          hint={t('keyHint')}
          optional
          nullable
          mono
        />
      </div>
      <SwitchField
        control={control}
        name="chargeUnpriced"
        label={t('chargeUnpriced')}
        hint={t('chargeUnpricedHint')}
      />
      <TextField control={control} name="note" label={t('note')} hint={t('noteHint')} />
    </FormDialog>
  );
}
