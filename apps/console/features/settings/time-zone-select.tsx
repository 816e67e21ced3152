// The choice of a time zone among some four hundred: typed, moved through with the arrow keys, chosen with Enter.
'use client';
import { Check, ChevronsUpDown, Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import type { ControlProps } from '@/components/form/field';
import { AffixInput, inputClasses } from '@/components/ui/input';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover';
import { cn } from '@/lib/cn';
import { useMounted } from '@/lib/use-mounted';
import { allZones, matchingZones, offsetOf } from './time-zones';

type Props = Omit<ControlProps, 'name'> & { value: string; onChange: (value: string) => void };

export function TimeZoneSelect({ value, onChange, ...props }: Props) {
  const [open, setOpen] = useState(false);
  // Summer time may begin between the server's answer and the browser's first look.
  const mounted = useMounted();
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        {...props}
        role="combobox"
        aria-expanded={open}
        className={cn(inputClasses, 'flex h-8 items-center gap-2 text-left text-sm')}
      >
        <span className="min-w-0 flex-1 truncate">{value}</span>
        {mounted && <span className="text-faint text-xs tabular-nums">{offsetOf(value, new Date())}</span>}
        <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-(--radix-popover-trigger-width) min-w-64 p-0">
        <ZoneList
          value={value}
          onChoose={(name) => {
            onChange(name);
            setOpen(false);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}

function ZoneList({ value, onChoose }: { value: string; onChoose: (name: string) => void }) {
  const t = useTranslations('settings');
  const id = useId();
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const zones = useMemo(() => allZones(new Date()), []);
  const found = matchingZones(zones, search);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(found.length - 1, to));
    setActive(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = found[active];
    if (event.key === 'ArrowDown') move(active + 1);
    else if (event.key === 'ArrowUp') move(active - 1);
    else if (event.key === 'Enter' && chosen) onChoose(chosen.name);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="border-line border-b p-2">
        <AffixInput
          autoFocus
          prefix={<Search />}
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
          aria-label={t('zoneSearch')}
          placeholder={t('zoneSearch')}
          value={search}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setSearch(event.target.value);
            setActive(0);
          }}
        />
      </div>
      <div
        id={id}
        role="listbox"
        aria-label={t('fields.timeZone.label')}
        className="max-h-64 overflow-y-auto p-1"
      >
        {found.length === 0 && <p className="px-2 py-3 text-center text-muted">{t('zoneNothing')}</p>}
        {found.map(({ name, offset }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the search box above holds the focus and handles the keys
          <div
            key={name}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={name === value}
            onClick={() => onChoose(name)}
            onMouseMove={() => setActive(index)}
            className={cn(
              'flex h-8 cursor-default items-center gap-2 rounded-sm px-2 text-sm [content-visibility:auto]',
              index === active && 'bg-hover',
            )}
          >
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="text-faint text-xs tabular-nums">{offset}</span>
            <Check className={cn('size-4 text-faint', name !== value && 'invisible')} aria-hidden />
          </div>
        ))}
      </div>
    </>
  );
}
