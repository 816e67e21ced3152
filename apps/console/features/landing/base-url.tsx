// The address that clients need, with copy.
'use client';
import { CopyButton } from '@/components/ui/copy-button';

export function BaseUrl({ url, label }: { url: string; label: string }) {
  return (
    <div className="inline-flex max-w-full items-center gap-2 rounded-lg border border-line-strong bg-surface py-1 pr-1 pl-3 shadow-xs">
      <span className="text-faint text-xs">{label}</span>
      <code className="truncate font-mono text-ink">{url}</code>
      <CopyButton text={url} />
    </div>
  );
}
