// Models that channels offer and the catalogue lacks: added with one click where the built-in list knows them.
'use client';
import { addFromCatalog, listCatalog } from '@api-proxy/contracts/models';
import { PackagePlus, Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { useRead, useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import { MODEL_READS } from './model-cells';

const FEW = 12;

/** @param onAdd opens the form for a model that the built-in list does not know. */
export function UnknownModels({ onAdd }: { onAdd: (name: string) => void }) {
  const t = useTranslations('models.unknown');
  const errorText = useErrorText();
  const catalog = useRead(listCatalog);
  const add = useWrite(addFromCatalog, MODEL_READS);
  const [all, setAll] = useState(false);
  if (!catalog.data) return null;
  const { items, unknown } = catalog.data;
  const listed = new Set(items.map((entry) => entry.name));
  const missing = [
    ...new Set([
      ...items.filter((entry) => !entry.added && entry.channels.length > 0).map((entry) => entry.name),
      ...unknown,
    ]),
  ];
  if (missing.length === 0) return null;
  const known = missing.filter((name) => listed.has(name));
  const addListed = (names: string[]) =>
    add.mutate(
      { body: { names } },
      {
        onSuccess: ({ models, prices }) => toast.success(t('added', { models, prices })),
        onError: (error) => toast.error(errorText(error)),
      },
    );
  return (
    <section className="mb-4 rounded-lg border border-line bg-surface px-4 py-3 shadow-xs">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <PackagePlus className="size-4 text-accent" aria-hidden />
        <h2 className="font-medium text-ink">{t('title', { count: missing.length })}</h2>
        <span className="text-faint text-xs">{t('text')}</span>
        {known.length > 1 && (
          <Button size="sm" className="ml-auto" busy={add.isPending} onClick={() => addListed(known)}>
            {t('addAll', { count: known.length })}
          </Button>
        )}
      </div>
      <div className="mt-2.5 flex flex-wrap gap-1.5">
        {(all ? missing : missing.slice(0, FEW)).map((name) => (
          <button
            key={name}
            type="button"
            disabled={add.isPending}
            onClick={() => (listed.has(name) ? addListed([name]) : onAdd(name))}
            className="inline-flex h-6 max-w-full items-center gap-1 rounded border border-line-strong border-dashed px-2 font-mono text-muted text-xs transition-colors hover:border-solid hover:bg-hover hover:text-ink disabled:opacity-50"
          >
            <Plus className="size-3" aria-hidden />
            <span className="truncate">{name}</span>
          </button>
        ))}
        {!all && missing.length > FEW && (
          <Button variant="link" size="sm" onClick={() => setAll(true)}>
            {t('more', { count: missing.length - FEW })}
          </Button>
        )}
      </div>
    </section>
  );
}
