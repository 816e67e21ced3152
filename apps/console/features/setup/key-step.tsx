// The first key, and the first call with it.
'use client';
import { createKey, keyCreate } from '@api-proxy/contracts/keys';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { SecretOnce } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

/** `onSecret` keeps the secret for the settings of the next step. */
export function KeyStep({
  secret,
  onSecret,
  onNext,
}: {
  secret: string | null;
  onSecret: (secret: string) => void;
  onNext: () => void;
}) {
  const t = useTranslations('setup');
  const tKeys = useTranslations('keys');
  const errorText = useErrorText();
  const create = useWrite(createKey, ['keys']);
  const make = () =>
    create.mutate(
      { body: keyCreate.parse({ name: t('firstKey') }) },
      { onSuccess: (made) => onSecret(made.secret) },
    );
  return (
    <div className="grid max-w-2xl gap-3">
      {secret && <SecretOnce secret={secret} warning={tKeys('secretWarning')} />}
      {create.error !== null && <Notice tone="bad">{errorText(create.error)}</Notice>}
      <div className="flex gap-2">
        {!secret && (
          <Button variant="primary" busy={create.isPending} onClick={make}>
            {t('makeKey')}
          </Button>
        )}
        <Button variant={secret ? 'primary' : 'ghost'} onClick={onNext}>
          {t('next')}
        </Button>
      </div>
    </div>
  );
}
