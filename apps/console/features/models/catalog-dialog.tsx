// Adds models from the built-in list, with their official prices: searched, filtered, many at once.
'use client';
import { addFromCatalog, type CatalogEntry, listCatalog } from '@api-proxy/contracts/models';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { toast } from 'sonner';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/empty-state';
import { PickList } from '@/components/ui/pick-list';
import { Checkbox, Segmented } from '@/components/ui/toggle';
import { useRead, useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';
import { MODEL_READS, PriceSummary } from './model-cells';

type Show = 'offered' | 'all';

function Label({ entry }: { entry: CatalogEntry }) {
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="truncate">{entry.displayName}</span>
      <code className="truncate font-mono text-faint text-xs max-sm:hidden">{entry.name}</code>
    </span>
  );
}

export function CatalogDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('models.catalog');
  const tUi = useTranslations('ui');
  const errorText = useErrorText();
  const catalog = useRead(listCatalog);
  const add = useWrite(addFromCatalog, MODEL_READS);
  const entries = catalog.data?.items;
  const offered = entries?.some((entry) => entry.channels.length > 0) ?? false;
  const [chosen, setShow] = useState<Show | null>(null);
  const show = chosen ?? (offered ? 'offered' : 'all');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [withPrices, setWithPrices] = useState(true);
  const items = useMemo(
    () =>
      (entries ?? [])
        .filter((entry) => show === 'all' || entry.channels.length > 0)
        .sort(
          (a, b) =>
            a.provider.localeCompare(b.provider) || (b.releasedOn ?? '').localeCompare(a.releasedOn ?? ''),
        )
        .map((entry) => ({
          id: entry.name,
          text: `${entry.displayName} ${entry.provider}`,
          group: entry.provider,
          disabled: entry.added && (entry.priced || entry.tariff === null),
          label: <Label entry={entry} />,
          trailing: entry.added ? (
            <Badge>{t('added')}</Badge>
          ) : (
            <span className="text-muted text-xs">
              <PriceSummary tariff={entry.tariff} />
            </span>
          ),
        })),
    [entries, show, t],
  );
  const submit = () =>
    add.mutate(
      { body: { names: [...picked], withPrices } },
      {
        onSuccess: ({ models, prices }) => {
          toast.success(t('done', { models, prices }));
          onClose();
        },
        onError: (error) => toast.error(errorText(error)),
      },
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={t('title')}
        description={t('text')}
        className="md:max-w-2xl"
        footer={
          <>
            {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is a button that a label may name */}
            <label className="mr-auto flex items-center gap-2">
              <Checkbox checked={withPrices} onCheckedChange={(on) => setWithPrices(on === true)} />
              {t('withPrices')}
            </label>
            <Button onClick={onClose}>{tUi('cancel')}</Button>
            <Button variant="primary" disabled={picked.size === 0} busy={add.isPending} onClick={submit}>
              {t('add', { count: picked.size })}
            </Button>
          </>
        }
      >
        {catalog.error && !entries ? (
          <ErrorState error={catalog.error} onRetry={() => catalog.refetch()} />
        ) : (
          <div className="grid gap-3">
            <Segmented<Show>
              className="justify-self-start"
              label={t('show')}
              value={show}
              onChange={setShow}
              options={[
                { value: 'offered', label: t('offered') },
                { value: 'all', label: t('all') },
              ]}
            />
            <PickList
              className="h-[50dvh]"
              items={items}
              picked={picked}
              onChange={setPicked}
              searchLabel={t('search')}
              emptyText={t(show === 'offered' ? 'noneOffered' : 'none')}
            />
            <p className="truncate text-faint text-xs" title={catalog.data?.source}>
              {t('source', { source: catalog.data?.source ?? '' })}
            </p>
          </div>
        )}
      </DialogContent>
    </Dialog>
  );
}
