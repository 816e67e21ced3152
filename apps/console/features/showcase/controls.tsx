// Buttons, inputs, badges, notices: their states.
'use client';
import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Badge, StateDot } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { CopyButton, SecretOnce } from '@/components/ui/copy-button';
import { AffixInput, Input, Textarea } from '@/components/ui/input';
import { Meter } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { Checkbox, Segmented, Switch } from '@/components/ui/toggle';
import { Count, Duration, Money, Tokens, When } from '@/components/ui/value';
import { Shelf } from './section';

const TONES = ['neutral', 'accent', 'ok', 'warn', 'bad'] as const;
const VARIANTS = ['primary', 'secondary', 'ghost', 'danger', 'link'] as const;

export function Buttons() {
  const t = useTranslations('showcase');
  return (
    <Shelf name="button, copy-button">
      <div className="flex flex-wrap items-center gap-2">
        {VARIANTS.map((variant) => (
          <Button key={variant} variant={variant}>
            {t('act')}
          </Button>
        ))}
        <Button variant="primary" size="sm">
          <Plus /> {t('act')}
        </Button>
        <Button variant="primary" size="lg">
          {t('act')}
        </Button>
        <Button variant="primary" busy>
          {t('act')}
        </Button>
        <Button disabled>{t('act')}</Button>
        <Button variant="ghost" size="icon" aria-label={t('act')}>
          <Trash2 />
        </Button>
        <CopyButton text="x" />
        <CopyButton text="x" label={t('act')} variant="secondary" />
      </div>
      <SecretOnce
        secret="sk-relay-Ab3x-7Qm2vN8rTz4KpW6yLc9DfH3sJ5gX1bEa"
        warning={t('sentence')}
        className="max-w-xl"
      />
    </Shelf>
  );
}

export function Inputs() {
  const t = useTranslations('showcase');
  const [choice, setChoice] = useState<'a' | 'b'>('a');
  const options = [
    { value: 'a' as const, label: t('one') },
    { value: 'b' as const, label: t('two') },
  ];
  return (
    <Shelf name="input, textarea, select, switch, checkbox, segmented">
      <div className="grid gap-3 sm:grid-cols-3">
        <Input aria-label={t('one')} placeholder={t('one')} />
        <Input aria-label={t('one')} defaultValue={t('one')} aria-invalid />
        <Input aria-label={t('one')} defaultValue={t('one')} disabled />
        <AffixInput aria-label={t('one')} prefix="$" suffix="USD" defaultValue="12.50" />
        <Select
          aria-label={t('one')}
          value={choice}
          onChange={(value) => setChoice(value === 'b' ? 'b' : 'a')}
          options={options}
        />
        <Textarea aria-label={t('one')} defaultValue={t('sentence')} />
      </div>
      <div className="flex flex-wrap items-center gap-4">
        <Switch aria-label={t('one')} defaultChecked />
        <Switch aria-label={t('one')} />
        <Switch aria-label={t('one')} disabled />
        <Checkbox aria-label={t('one')} defaultChecked />
        <Checkbox aria-label={t('one')} checked="indeterminate" />
        <Checkbox aria-label={t('one')} />
        <Segmented label={t('one')} value={choice} onChange={setChoice} options={options} />
      </div>
    </Shelf>
  );
}

export function States() {
  const t = useTranslations('showcase');
  return (
    <Shelf name="badge, state-dot, notice, meter">
      <div className="flex flex-wrap items-center gap-3">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {t('one')}
          </Badge>
        ))}
        {TONES.map((tone) => (
          <StateDot key={tone} tone={tone} live={tone === 'ok'}>
            {t('one')}
          </StateDot>
        ))}
      </div>
      <div className="grid gap-2 sm:grid-cols-2">
        {(['info', 'ok', 'warn', 'bad'] as const).map((tone) => (
          <Notice key={tone} tone={tone}>
            {t('sentence')}
          </Notice>
        ))}
      </div>
      <div className="grid gap-3 sm:grid-cols-3">
        {[0.35, 0.85, 1].map((share) => (
          <Meter key={share} share={share} label={t('one')} />
        ))}
      </div>
    </Shelf>
  );
}

export function Values() {
  return (
    <Shelf name="money, tokens, count, duration, when">
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <Money usd="12.5" />
        <Money usd="0.000012" />
        <Money usd="1234.567890123" short />
        <Money usd="-0.000000001" />
        <Tokens count={12_345} />
        <Count value={1_234_567} />
        <Duration ms={840} />
        <Duration ms={125_000} />
        <When at="2026-01-05T08:30:00.000Z" />
        <When at="2026-01-05T08:30:00.000Z" dense />
        <Money usd={null} />
      </div>
    </Shelf>
  );
}
