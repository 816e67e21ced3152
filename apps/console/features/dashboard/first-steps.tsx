// Three steps to the first call, for somebody who has not made one yet.
'use client';
import { createKey, keyCreate, listKeys } from '@api-proxy/contracts/keys';
import { Check } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { useMe } from '@/components/shell/viewer';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { SecretOnce } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { ClientTabs } from '@/features/clients/client-tabs';
import { LiveCheck } from '@/features/first-call/live-check';
import { TryCall } from '@/features/first-call/try-call';
import { signOfMoney } from '@/lib/money';
import { useRead, useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

/** The card; the third step watches for the request. */
export function FirstSteps() {
  const t = useTranslations('firstCall');
  const tKeys = useTranslations('keys');
  const me = useMe();
  const errorText = useErrorText();
  const keys = useRead(listKeys, { query: {} });
  const create = useWrite(createKey, ['keys']);
  const [secret, setSecret] = useState<string | null>(null);
  const hasKey = (keys.data?.items.length ?? 0) > 0;
  const make = async () => {
    const made = await create.mutateAsync({ body: keyCreate.parse({ name: t('keyName') }) });
    setSecret(made.secret);
  };
  return (
    <Card>
      <CardHeader title={t('title')} description={t('text')} />
      <CardBody className="grid gap-6">
        {signOfMoney(me.balance.remainingUsd ?? '0') <= 0 && <Notice tone="warn">{t('noBalance')}</Notice>}
        <Step number={1} done={hasKey} title={t('stepKey')}>
          {secret ? (
            <SecretOnce secret={secret} warning={tKeys('secretWarning')} />
          ) : (
            <Button
              variant={hasKey ? 'secondary' : 'primary'}
              busy={create.isPending}
              onClick={() => void make().catch(() => undefined)}
            >
              {hasKey ? t('anotherKey') : t('makeKey')}
            </Button>
          )}
          {create.error !== null && (
            <Notice tone="bad" className="mt-2">
              {errorText(create.error)}
            </Notice>
          )}
        </Step>
        <Step number={2} done={false} title={t('stepClient')}>
          <ClientTabs {...(secret === null ? {} : { secret })} />
        </Step>
        <Step number={3} done={false} title={t('stepCall')}>
          <div className="grid gap-3">
            <TryCall secret={secret} />
            <LiveCheck />
          </div>
        </Step>
      </CardBody>
    </Card>
  );
}

/** A numbered step with a tick when it is done. */
export function Step({
  number,
  done,
  title,
  children,
}: {
  number: number;
  done: boolean;
  title: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-2">
      <span
        className={`num flex size-6 items-center justify-center rounded-full font-medium text-xs ${done ? 'bg-ok-soft text-ok' : 'bg-hover text-muted'}`}
      >
        {done ? <Check className="size-3.5" aria-hidden /> : number}
      </span>
      <h3 className="pt-0.5 font-medium text-ink">{title}</h3>
      <div className="col-start-2 min-w-0">{children}</div>
    </div>
  );
}
