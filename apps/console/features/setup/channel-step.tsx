// The first channel: where requests go, tried out before anything else is asked.
'use client';
import {
  type Channel,
  type ChannelTest,
  createChannel,
  draftChannel,
  testChannel,
} from '@api-proxy/contracts/channels';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { z } from 'zod';
import { SelectField, TextField } from '@/components/form/fields';
import { Form } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Duration } from '@/components/ui/value';
import { useWrite } from '@/lib/query';
import { useErrorText } from '@/lib/use-error-text';

const OFFICIAL = { claude: 'https://api.anthropic.com', openai: 'https://api.openai.com' };
const NAMES = { claude: 'Anthropic', openai: 'OpenAI' };

const channelForm = z.object({
  type: draftChannel.shape.type,
  name: z.string().trim().min(1).max(80),
  baseUrl: draftChannel.shape.baseUrl,
  secret: z.string().trim().min(1).max(4_000),
});

/** The form while there is no channel; afterwards its test. */
export function ChannelStep({
  channel,
  onAdded,
  onNext,
}: {
  channel: Channel | undefined;
  onAdded: () => void;
  onNext: () => void;
}) {
  return channel ? <ChannelCheck channel={channel} onNext={onNext} /> : <NewChannel onAdded={onAdded} />;
}

function NewChannel({ onAdded }: { onAdded: () => void }) {
  const t = useTranslations('setup');
  const create = useWrite(createChannel, ['channels', 'catalog']);
  const form = useContractForm({
    schema: channelForm,
    defaults: { type: 'claude', name: 'Anthropic', baseUrl: OFFICIAL.claude, secret: '' },
    submit: async ({ secret, ...body }) => {
      // Before the list is read again: with a channel in it the wizard would go on, past the test.
      onAdded();
      await create.mutateAsync({ body: { ...body, keys: [{ secret }] } });
    },
  });
  const { getValues, setValue, watch } = form.form;
  const type = watch('type') === 'openai' ? 'openai' : 'claude';
  // Switching the kind fills in the official address, unless another one was typed.
  useEffect(() => {
    const { baseUrl } = getValues();
    if (baseUrl !== '' && !Object.values(OFFICIAL).includes(baseUrl)) return;
    setValue('baseUrl', OFFICIAL[type]);
    setValue('name', NAMES[type]);
  }, [type, getValues, setValue]);
  return (
    <Form form={form} className="max-w-lg">
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          control={form.control}
          name="type"
          label={t('channelType')}
          options={[
            { value: 'claude', label: t('typeClaude') },
            { value: 'openai', label: t('typeOpenai') },
          ]}
        />
        <TextField control={form.control} name="name" label={t('channelName')} autoComplete="off" />
      </div>
      <TextField
        control={form.control}
        name="baseUrl"
        type="url"
        label={t('baseUrl')}
        hint={t('baseUrlHint')}
        mono
        autoComplete="off"
      />
      <TextField
        control={form.control}
        name="secret"
        type="password"
        label={t('upstreamKey')}
        hint={t('upstreamKeyHint')}
        mono
        autoComplete="off"
      />
      <div>
        <Button type="submit" variant="primary" busy={form.sending}>
          {t('addChannel')}
        </Button>
      </div>
    </Form>
  );
}

function ChannelCheck({ channel, onNext }: { channel: Channel; onNext: () => void }) {
  const t = useTranslations('setup');
  const errorText = useErrorText();
  const test = useWrite(testChannel, ['channels']);
  const run = () => test.mutate({ params: { channelId: channel.id }, body: {} });
  return (
    <div className="grid max-w-lg gap-3">
      <p className="text-muted">{t('channelAdded', { name: channel.name })}</p>
      {test.data && <TestResult result={test.data} />}
      {test.error !== null && <Notice tone="bad">{errorText(test.error)}</Notice>}
      <div className="flex gap-2">
        <Button variant={test.data?.ok ? 'secondary' : 'primary'} busy={test.isPending} onClick={run}>
          {test.data ? t('testAgain') : t('test')}
        </Button>
        <Button variant={test.data?.ok ? 'primary' : 'ghost'} onClick={onNext}>
          {t('next')}
        </Button>
      </div>
    </div>
  );
}

function TestResult({ result }: { result: ChannelTest }) {
  const t = useTranslations('setup');
  return (
    <Notice tone={result.ok ? 'ok' : 'bad'}>
      <p className="font-medium">
        {result.ok ? t('testOk', { model: result.model }) : t('testFailed', { status: result.status ?? 0 })} ·{' '}
        <Duration ms={result.durationMs} />
      </p>
      {(result.answer ?? result.error) && (
        <p className="mt-1 max-h-24 overflow-y-auto break-words font-mono text-xs">
          {result.answer ?? result.error}
        </p>
      )}
    </Notice>
  );
}
