// The dialogs about models: add, edit, add from the built-in list, delete.
'use client';
import { deleteModel, type Model } from '@api-proxy/contracts/models';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { useWrite } from '@/lib/query';
import { CatalogDialog } from './catalog-dialog';
import { MODEL_READS } from './model-cells';
import { ModelForm } from './model-form';

export type OpenedModel =
  /** `name`: of a model seen on a channel, or empty. */
  { act: 'create'; name: string } | { act: 'catalog' } | { act: 'edit' | 'delete'; model: Model };

export function ModelDialogs({ opened, onClose }: { opened: OpenedModel | null; onClose: () => void }) {
  if (opened === null) return null;
  switch (opened.act) {
    case 'create':
      return <ModelForm model={null} name={opened.name} onClose={onClose} />;
    case 'edit':
      return <ModelForm model={opened.model} name={opened.model.name} onClose={onClose} />;
    case 'catalog':
      return <CatalogDialog onClose={onClose} />;
    case 'delete':
      return <DeleteDialog model={opened.model} onClose={onClose} />;
  }
}

function DeleteDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const t = useTranslations('models.delete');
  const remove = useWrite(deleteModel, MODEL_READS);
  return (
    <ConfirmDialog
      confirmation={{
        title: t('title'),
        subject: model.name,
        description: t('text'),
        confirmLabel: t('confirm'),
        onConfirm: async () => {
          await remove.mutateAsync({ params: { modelId: model.id } });
          toast.success(t('done', { name: model.name }));
        },
      }}
      onClose={onClose}
    />
  );
}
