// Creating, changing and rotating a key, and the one moment when its secret is shown.
'use client';
import { createKey, type Key, keyCreate, rotateKey, updateKey } from '@api-proxy/contracts/keys';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { z } from 'zod';
import { SelectField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { SecretOnce } from '@/components/ui/copy-button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { ClientTabs } from '@/features/clients/client-tabs';
import { useWrite } from '@/lib/query';
import { KeyFields } from './key-form';

const NO_LIMITS = {
  expiresAt: null,
  rpm: null,
  tpm: null,
  maxConcurrency: null,
  allowedModels: [],
  allowedIps: [],
  quotas: [],
};

type Secret = { key: Key; secret: string };

/** Makes a key; `onCreated` gets the secret. */
export function CreateKeyDialog({
  onCreated,
  onClose,
}: {
  onCreated: (made: Secret) => void;
  onClose: () => void;
}) {
  const t = useTranslations('keys');
  const create = useWrite(createKey, ['keys']);
  const form = useContractForm({
    schema: keyCreate,
    defaults: { name: '', ...NO_LIMITS },
    submit: async (body) => onCreated(await create.mutateAsync({ body })),
  });
  return (
    <FormDialog
      form={form}
      title={t('create')}
      description={t('createText')}
      submitLabel={t('create')}
      onClose={onClose}
    >
      <KeyFields control={form.control} />
    </FormDialog>
  );
}

/** Changes name and limits. */
export function EditKeyDialog({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const t = useTranslations('keys');
  const update = useWrite(updateKey, ['keys']);
  const { name, expiresAt, rpm, tpm, maxConcurrency, allowedModels, allowedIps } = apiKey;
  const form = useContractForm({
    schema: keyCreate,
    defaults: {
      name,
      expiresAt,
      rpm,
      tpm,
      maxConcurrency,
      allowedModels,
      allowedIps,
      quotas: apiKey.quotas.map(({ span, limitUsd }) => ({ span, limitUsd })),
    },
    submit: async (body) => {
      await update.mutateAsync({ params: { keyId: apiKey.id }, body });
      toast.success(t('saved', { name: body.name }));
      onClose();
    },
  });
  return (
    <FormDialog form={form} title={t('editTitle', { name })} submitLabel={t('save')} onClose={onClose}>
      <KeyFields control={form.control} unfolded />
    </FormDialog>
  );
}

const rotateForm = z.object({ overlap: z.enum(['0', '60', '1440', '10080']) });

/** Makes a new secret; the old one may go on for a chosen time. */
export function RotateKeyDialog({
  apiKey,
  onRotated,
  onClose,
}: {
  apiKey: Key;
  onRotated: (made: Secret) => void;
  onClose: () => void;
}) {
  const t = useTranslations('keys');
  const rotate = useWrite(rotateKey, ['keys']);
  const form = useContractForm({
    schema: rotateForm,
    defaults: { overlap: '0' },
    submit: async ({ overlap }) =>
      onRotated(
        await rotate.mutateAsync({ params: { keyId: apiKey.id }, body: { overlapMinutes: Number(overlap) } }),
      ),
  });
  return (
    <FormDialog
      form={form}
      title={t('rotateTitle', { name: apiKey.name })}
      description={t('rotateText')}
      submitLabel={t('rotate')}
      onClose={onClose}
    >
      <SelectField
        control={form.control}
        name="overlap"
        label={t('overlap')}
        options={rotateForm.shape.overlap.options.map((value) => ({ value, label: t(`overlaps.${value}`) }))}
      />
    </FormDialog>
  );
}

/** The secret, once, with settings that work when pasted. */
export function SecretDialog({ made, onClose }: { made: Secret; onClose: () => void }) {
  const t = useTranslations('keys');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={t('secretTitle', { name: made.key.name })}
        description={t('secretText')}
        className="md:max-w-2xl"
        footer={
          <Button variant="primary" onClick={onClose}>
            {t('secretDone')}
          </Button>
        }
      >
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <SecretOnce secret={made.secret} warning={t('secretWarning')} />
          <ClientTabs secret={made.secret} />
        </div>
      </DialogContent>
    </Dialog>
  );
}
