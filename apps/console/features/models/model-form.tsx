// Adds a model to the catalogue, or changes one.
'use client';
import { createModel, type Model, modelUpdate, updateModel } from '@api-proxy/contracts/models';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { NumberField, SwitchField, TextareaField, TextField } from '@/components/form/fields';
import { FormSection } from '@/components/form/form';
import { FormDialog } from '@/components/form/form-dialog';
import { useContractForm } from '@/components/form/use-contract-form';
import { useWrite } from '@/lib/query';
import { MODEL_READS } from './model-cells';

const modelForm = modelUpdate.required();

/** The provider that a name speaks for, where it does. */
function providerOf(name: string): string {
  if (/^claude/.test(name)) return 'claude';
  if (/^(gpt|o\d|chatgpt|text-embedding|codex)/.test(name)) return 'openai';
  return '';
}

function valuesOf(model: Model | null, name: string) {
  if (model !== null) {
    const {
      id: _i,
      source: _s,
      price: _p,
      channelCount: _n,
      createdAt: _c,
      updatedAt: _u,
      ...fields
    } = model;
    return fields;
  }
  return {
    provider: providerOf(name),
    name,
    displayName: name,
    description: '',
    enabled: true,
    visible: true,
    upstreamModel: null,
    capabilities: { vision: false, tools: true, thinking: false },
    contextLength: null,
    maxOutputTokens: null,
    sortOrder: 0,
  };
}

/** @param model null: a new one, called `name` to begin with. */
export function ModelForm({
  model,
  name,
  onClose,
}: {
  model: Model | null;
  name: string;
  onClose: () => void;
}) {
  const t = useTranslations('models.form');
  const create = useWrite(createModel, MODEL_READS);
  const update = useWrite(updateModel, MODEL_READS);
  const form = useContractForm({
    schema: modelForm,
    defaults: valuesOf(model, name),
    submit: async (body) => {
      if (model === null) await create.mutateAsync({ body });
      else await update.mutateAsync({ params: { modelId: model.id }, body });
      toast.success(t('saved', { name: body.displayName }));
      onClose();
    },
  });
  const { control } = form;
  return (
    <FormDialog
      form={form}
      as="sheet"
      title={t(model === null ? 'addTitle' : 'editTitle')}
      description={model === null ? t('addText') : model.name}
      submitLabel={t(model === null ? 'create' : 'save')}
      onClose={onClose}
    >
      <FormSection title={t('identity')}>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            control={control}
            name="name"
            label={t('name')}
            hint={t('nameHint')}
            mono
            autoFocus={name === ''}
            spellCheck={false}
          />
          <TextField control={control} name="displayName" label={t('displayName')} />
          <TextField control={control} name="provider" label={t('provider')} hint={t('providerHint')} />
          <TextField
            control={control}
            name="upstreamModel"
            label={t('upstreamModel')}
            hint={t('upstreamHint')}
            placeholder={name || undefined}
            mono
            nullable
            optional
          />
        </div>
        <TextareaField control={control} name="description" label={t('description')} optional />
      </FormSection>
      <FormSection title={t('capabilities')}>
        <div className="grid gap-3">
          <SwitchField control={control} name="capabilities.vision" label={t('vision')} />
          <SwitchField control={control} name="capabilities.tools" label={t('tools')} />
          <SwitchField control={control} name="capabilities.thinking" label={t('thinking')} />
        </div>
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField control={control} name="contextLength" label={t('context')} suffix="token" optional />
          <NumberField
            control={control}
            name="maxOutputTokens"
            label={t('maxOutput')}
            suffix="token"
            optional
          />
        </div>
      </FormSection>
      <FormSection title={t('availability')}>
        <SwitchField control={control} name="enabled" label={t('enabled')} hint={t('enabledHint')} />
        <SwitchField control={control} name="visible" label={t('visible')} hint={t('visibleHint')} />
        <NumberField
          control={control}
          name="sortOrder"
          label={t('sortOrder')}
          hint={t('sortHint')}
          className="sm:w-1/2"
        />
      </FormSection>
    </FormDialog>
  );
}
