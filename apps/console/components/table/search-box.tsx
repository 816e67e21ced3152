// A search line whose text goes to the URL once typing pauses.
'use client';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { AffixInput } from '@/components/ui/input';
import { cn } from '@/lib/cn';

const PAUSE_MS = 250;

/** Calls `onChange` when typing pauses; Escape clears. */
export function SearchBox({
  value,
  onChange,
  label,
  className,
}: {
  value: string;
  onChange: (value: string) => void;
  label: string;
  className?: string;
}) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  useEffect(() => {
    if (draft === value) return;
    const timer = setTimeout(() => onChange(draft), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, value, onChange]);
  return (
    <AffixInput
      type="search"
      prefix={<Search aria-hidden />}
      aria-label={label}
      placeholder={label}
      value={draft}
      className={cn('w-full sm:w-60', className)}
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={(event) => event.key === 'Escape' && setDraft('')}
    />
  );
}
