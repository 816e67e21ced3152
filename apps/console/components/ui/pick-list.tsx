// A searchable list of things to tick, in groups, with all-or-none for what is shown.
'use client';
import { Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { cn } from '@/lib/cn';
import { AffixInput } from './input';
import { Checkbox } from './toggle';

export type PickItem = {
  id: string;
  /** What is searched, besides the id. */
  text: string;
  label?: ReactNode;
  /** On the right. */
  trailing?: ReactNode;
  group?: string;
  /** Can't be ticked: it is there already, say. */
  disabled?: boolean;
};

/** Ticks go out through `onChange`; the order of the items is kept. */
export function PickList({
  items,
  picked,
  onChange,
  searchLabel,
  emptyText,
  className,
}: {
  items: readonly PickItem[];
  picked: ReadonlySet<string>;
  onChange: (picked: Set<string>) => void;
  searchLabel: string;
  emptyText: string;
  className?: string;
}) {
  const t = useTranslations('pickList');
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim().toLowerCase());
  const shown = useMemo(
    () => items.filter((item) => `${item.id} ${item.text}`.toLowerCase().includes(search)),
    [items, search],
  );
  const free = shown.filter((item) => !item.disabled);
  const pickedShown = free.filter((item) => picked.has(item.id)).length;
  const all = free.length > 0 && pickedShown === free.length;
  const toggleAll = () => {
    const next = new Set(picked);
    for (const item of free) {
      if (all) next.delete(item.id);
      else next.add(item.id);
    }
    onChange(next);
  };
  const toggle = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <div className={cn('flex min-h-0 flex-col gap-2', className)}>
      <AffixInput
        type="search"
        prefix={<Search aria-hidden />}
        aria-label={searchLabel}
        placeholder={searchLabel}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-md border border-line">
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is a button that a label may name */}
        <label className="flex h-9 shrink-0 items-center gap-2.5 border-line border-b bg-sunken px-3 text-muted text-xs">
          <Checkbox
            checked={all ? true : pickedShown > 0 ? 'indeterminate' : false}
            disabled={free.length === 0}
            onCheckedChange={toggleAll}
          />
          <span className="flex-1">{t('selectShown')}</span>
          <span className="num">{t('selected', { count: picked.size })}</span>
        </label>
        <div className="min-h-32 flex-1 overflow-y-auto py-1">
          {shown.length === 0 && <p className="px-3 py-8 text-center text-faint">{emptyText}</p>}
          {shown.map((item, index) => (
            <div key={item.id}>
              {item.group !== undefined && item.group !== shown[index - 1]?.group && (
                <div className="px-3 pt-2.5 pb-1 font-medium text-faint text-xs">{item.group}</div>
              )}
              <Row item={item} picked={picked.has(item.id)} onToggle={toggle} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Row({
  item,
  picked,
  onToggle,
}: {
  item: PickItem;
  picked: boolean;
  onToggle: (id: string) => void;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is a button that a label may name
    <label
      className={cn(
        'flex min-h-8 items-center gap-2.5 px-3 py-1 [content-visibility:auto]',
        item.disabled ? 'opacity-55' : 'cursor-pointer hover:bg-hover',
      )}
    >
      <Checkbox
        checked={picked || item.disabled === true}
        disabled={item.disabled === true}
        onCheckedChange={() => onToggle(item.id)}
      />
      <span className="min-w-0 flex-1 truncate">
        {item.label ?? <span className="font-mono text-xs">{item.id}</span>}
      </span>
      {item.trailing}
    </label>
  );
}
