// The modal dialog, and the sheet that slides in from a side, on one Radix base.
'use client';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Button } from './button';

export const Dialog = Radix.Root;
export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

const OVERLAY =
  'fixed inset-0 z-50 bg-black/40 backdrop-blur-[1px] data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0 dark:bg-black/60';

type Frame = {
  title: ReactNode;
  description?: ReactNode;
  /** Fixed at the bottom while the body scrolls. */
  footer?: ReactNode;
  className?: string;
  children?: ReactNode;
};

// A field with `autoFocus` keeps the focus; else the frame takes it, not whichever button comes first.
function focusFrame(event: Event) {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}

function Head({ title, description }: Pick<Frame, 'title' | 'description'>) {
  const t = useTranslations('ui');
  return (
    <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-3">
      <div className="min-w-0">
        <Radix.Title className="font-semibold text-ink text-lg">{title}</Radix.Title>
        {description && <Radix.Description className="mt-0.5 text-muted">{description}</Radix.Description>}
      </div>
      <Radix.Close asChild>
        <Button variant="ghost" size="icon-sm" className="-mr-1.5" aria-label={t('close')}>
          <X />
        </Button>
      </Radix.Close>
    </header>
  );
}

// A body with nothing to press in it must still be scrolled by keys, in every browser.
function Body({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus (WCAG 2.1.1)
    <div tabIndex={0} className="-outline-offset-2 min-h-0 flex-1 overflow-y-auto px-5 pb-5">
      {children}
    </div>
  );
}

function Foot({ children }: { children: ReactNode }) {
  return (
    <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-5 py-3">
      {children}
    </footer>
  );
}

/** A centred dialog; on a phone it sits at the bottom edge. */
export function DialogContent({ title, description, footer, className, children }: Frame) {
  return (
    <Radix.Portal>
      <Radix.Overlay className={OVERLAY} />
      <Radix.Content
        onOpenAutoFocus={focusFrame}
        {...(description ? {} : { 'aria-describedby': undefined })}
        className={cn(
          'fixed z-50 flex w-full flex-col bg-surface shadow-lg outline-none data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0',
          'max-md:inset-x-0 max-md:bottom-0 max-md:max-h-[92dvh] max-md:rounded-t-xl max-md:border-line max-md:border-t max-md:data-[state=open]:slide-in-from-bottom-8',
          'md:top-1/2 md:left-1/2 md:max-h-[88dvh] md:max-w-lg md:-translate-x-1/2 md:-translate-y-1/2 md:rounded-xl md:border md:border-line md:data-[state=closed]:zoom-out-98 md:data-[state=open]:zoom-in-98',
          className,
        )}
      >
        <Head title={title} description={description} />
        <Body>{children}</Body>
        {footer && <Foot>{footer}</Foot>}
      </Radix.Content>
    </Radix.Portal>
  );
}

/** A panel from the right (details) or the left (navigation). */
export function SheetContent({
  side = 'right',
  title,
  description,
  footer,
  className,
  children,
}: Frame & { side?: 'left' | 'right' }) {
  return (
    <Radix.Portal>
      <Radix.Overlay className={OVERLAY} />
      <Radix.Content
        onOpenAutoFocus={focusFrame}
        {...(description ? {} : { 'aria-describedby': undefined })}
        className={cn(
          'fixed inset-y-0 z-50 flex w-full flex-col bg-surface shadow-lg outline-none duration-200 data-[state=closed]:animate-out data-[state=open]:animate-in',
          side === 'right'
            ? 'right-0 max-w-xl border-line border-l data-[state=closed]:slide-out-to-right data-[state=open]:slide-in-from-right'
            : 'left-0 max-w-72 border-line border-r data-[state=closed]:slide-out-to-left data-[state=open]:slide-in-from-left',
          className,
        )}
      >
        <Head title={title} description={description} />
        <Body>{children}</Body>
        {footer && <Foot>{footer}</Foot>}
      </Radix.Content>
    </Radix.Portal>
  );
}
