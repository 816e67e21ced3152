// The model catalogue: what clients can ask for, and what is missing in it.
'use client';
import { listModels, type Model } from '@api-proxy/contracts/models';
import { Boxes, LibraryBig, Plus, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { DataTable } from '@/components/table/data-table';
import { SearchBox } from '@/components/table/search-box';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { PageHeader } from '@/components/ui/page-header';
import { Select } from '@/components/ui/select';
import { ModelDialogs, type OpenedModel } from '@/features/models/model-dialogs';
import { UnknownModels } from '@/features/models/unknown-models';
import { useModelColumns } from '@/features/models/use-model-columns';
import { useRead } from '@/lib/query';
import { modelFilters, SHOWN } from './search-params';

const ALL = 'all';

function isShown(model: Model, show: (typeof SHOWN)[number] | null): boolean {
  switch (show) {
    case null:
      return true;
    case 'unpriced':
      return model.price === null;
    case 'hidden':
      return !model.visible;
    case 'disabled':
      return !model.enabled;
    case 'unreachable':
      return model.channelCount === 0;
  }
}

function matches(model: Model, search: string): boolean {
  const text = `${model.name} ${model.displayName} ${model.provider} ${model.upstreamModel ?? ''}`;
  return text.toLowerCase().includes(search.trim().toLowerCase());
}

export function ModelsClient() {
  const t = useTranslations('models');
  const models = useRead(listModels);
  const [{ search, show }, setFilters] = useQueryStates(modelFilters);
  const [opened, setOpened] = useState<OpenedModel | null>(null);
  const columns = useModelColumns(setOpened);
  const all = models.data?.items;
  const actions = (
    <>
      <Button onClick={() => setOpened({ act: 'create', name: '' })}>
        <Plus /> {t('add')}
      </Button>
      <Button variant="primary" onClick={() => setOpened({ act: 'catalog' })}>
        <LibraryBig /> {t('addFromList')}
      </Button>
    </>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={actions} />
      <UnknownModels onAdd={(name) => setOpened({ act: 'create', name })} />
      <DataTable
        name="models"
        caption={t('title')}
        columns={columns}
        rows={all?.filter((model) => isShown(model, show) && matches(model, search))}
        query={models}
        rowId={(model) => model.id}
        onOpen={(model) => setOpened({ act: 'edit', model })}
        filters={
          <>
            <SearchBox
              value={search}
              onChange={(text) => setFilters({ search: text || null })}
              label={t('search')}
            />
            <Select
              className="w-40"
              aria-label={t('show')}
              value={show ?? ALL}
              onChange={(value) => setFilters({ show: SHOWN.find((one) => one === value) ?? null })}
              options={[
                { value: ALL, label: t('shown.all') },
                ...SHOWN.map((value) => ({ value, label: t(`shown.${value}`) })),
              ]}
            />
          </>
        }
        empty={
          all?.length === 0 ? (
            <EmptyState icon={Boxes} title={t('empty')} description={t('emptyText')} action={actions} />
          ) : (
            <EmptyState
              icon={SearchX}
              title={t('noMatch')}
              action={
                <Button onClick={() => setFilters({ search: null, show: null })}>{t('clearFilters')}</Button>
              }
            />
          )
        }
      />
      <ModelDialogs opened={opened} onClose={() => setOpened(null)} />
    </>
  );
}
