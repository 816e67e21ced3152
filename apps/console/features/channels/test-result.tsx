// What one test of a channel found: timings and the answer, or the failure.
'use client';
import type { ChannelTest } from '@api-proxy/contracts/channels';
import { CircleCheck, CircleX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Duration, When } from '@/components/ui/value';
import { cn } from '@/lib/cn';

export function TestResult({ test, className }: { test: ChannelTest; className?: string }) {
  const t = useTranslations('channels.test');
  const Icon = test.ok ? CircleCheck : CircleX;
  const text = test.ok ? test.answer : test.error;
  return (
    <div className={cn('grid gap-2', className)}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span
          className={cn('inline-flex items-center gap-1.5 font-medium', test.ok ? 'text-ok' : 'text-bad')}
        >
          <Icon className="size-4" aria-hidden />
          {test.ok ? t('ok') : t('failed')}
        </span>
        <code className="min-w-0 truncate font-mono text-muted text-xs">{test.model}</code>
        <When at={test.at} className="ml-auto text-faint text-xs" />
      </div>
      <dl className="grid grid-cols-3 gap-2 text-xs">
        <Figure label={t('status')}>{test.status ?? '—'}</Figure>
        <Figure label={t('firstByte')}>
          <Duration ms={test.firstByteMs} />
        </Figure>
        <Figure label={t('duration')}>
          <Duration ms={test.durationMs} />
        </Figure>
      </dl>
      {text && (
        <pre
          className={cn(
            'max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-md px-2.5 py-2 font-mono text-xs',
            test.ok ? 'bg-code text-ink' : 'bg-bad-soft text-bad',
          )}
        >
          {text}
        </pre>
      )}
    </div>
  );
}

function Figure({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-faint">{label}</dt>
      <dd className="num text-ink text-sm">{children}</dd>
    </div>
  );
}
