// Copies a text and says so; the box for a secret that is shown only once.
'use client';
import { Check, Copy, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { cn } from '@/lib/cn';
import { copyText } from '@/lib/copy-text';
import { Button, type ButtonProps } from './button';

function useCopy(text: string) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 1800);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => setState((await copyText(text)) ? 'copied' : 'failed');
  return { state, copy };
}

/** An icon button that copies `text`; with `label` it is a button with words. */
export function CopyButton({
  text,
  label,
  className,
  ...props
}: { text: string; label?: string } & Omit<ButtonProps, 'onClick' | 'children'>) {
  const t = useTranslations('ui');
  const { state, copy } = useCopy(text);
  const word = state === 'copied' ? t('copied') : state === 'failed' ? t('copyFailed') : (label ?? t('copy'));
  return (
    <Button
      variant="ghost"
      size={label ? 'md' : 'icon-sm'}
      className={className}
      onClick={copy}
      aria-label={word}
      title={label ? undefined : word}
      {...props}
    >
      {state === 'copied' ? <Check className="text-ok" /> : <Copy />}
      {label && <span aria-live="polite">{word}</span>}
    </Button>
  );
}

/** A secret shown once: monospaced, selectable, with copy and a warning. */
export function SecretOnce({
  secret,
  warning,
  className,
}: {
  secret: string;
  warning: string;
  className?: string;
}) {
  const t = useTranslations('ui');
  return (
    <div className={cn('overflow-hidden rounded-lg border border-line-strong', className)}>
      <div className="flex items-center gap-2 bg-code p-2 pl-3">
        <code className="min-w-0 flex-1 select-all break-all font-mono text-ink text-sm" data-testid="secret">
          {secret}
        </code>
        <CopyButton text={secret} label={t('copy')} variant="primary" />
      </div>
      <p className="flex items-start gap-2 border-line border-t bg-warn-soft px-3 py-2 text-warn text-xs">
        <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        {warning}
      </p>
    </div>
  );
}
