// The control of a setting, by its kind.
'use client';
import type { SettingName } from '@api-proxy/contracts/settings';
import { useTranslations } from 'next-intl';
import type { ControlProps } from '@/components/form/field';
import { AffixInput, Input, Textarea } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Switch } from '@/components/ui/toggle';
import { CHOICES, SETTING_CONTROLS } from './controls';
import { TimeZoneSelect } from './time-zone-select';

export type SettingInputProps = ControlProps & {
  value: unknown;
  onChange: (value: unknown) => void;
  onBlur: () => void;
  inputRef: (element: HTMLElement | null) => void;
};

export function SettingInput({ setting, ...props }: SettingInputProps & { setting: SettingName }) {
  const t = useTranslations('settings');
  const { value, onChange, inputRef, ...rest } = props;
  const text = value === null || value === undefined ? '' : String(value);
  const { onBlur: _, name: __, ...plain } = rest;
  const shown = SETTING_CONTROLS[setting];
  switch (shown.kind) {
    case 'text':
      return (
        <Input {...rest} ref={inputRef} value={text} onChange={(event) => onChange(event.target.value)} />
      );
    case 'lines':
      return (
        <Textarea
          {...rest}
          className="min-h-20"
          ref={inputRef}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'money':
      return (
        <AffixInput
          {...rest}
          inputMode="decimal"
          autoComplete="off"
          prefix="$"
          suffix="USD"
          ref={inputRef}
          value={text}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      );
    case 'number':
      return (
        <AffixInput
          {...rest}
          type="number"
          inputMode="numeric"
          suffix={t(`units.${shown.unit}`)}
          ref={inputRef}
          value={text}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.valueAsNumber)}
        />
      );
    case 'switch':
      return <Switch {...plain} ref={inputRef} checked={value === true} onCheckedChange={onChange} />;
    case 'timeZone':
      return <TimeZoneSelect {...plain} value={text} onChange={onChange} />;
    case 'choice':
      return <Choice {...plain} of={shown.of} value={text} onChange={onChange} />;
  }
}

function Choice({
  of,
  ...props
}: Omit<ControlProps, 'name'> & {
  of: keyof typeof CHOICES;
  value: string;
  onChange: (value: string) => void;
}) {
  const t = useTranslations('settings');
  switch (of) {
    case 'defaultLocale':
      return (
        <Select
          {...props}
          options={CHOICES.defaultLocale.map((value) => ({ value, label: t(`defaultLocale.${value}`) }))}
        />
      );
    case 'unpricedPolicy':
      return (
        <Select
          {...props}
          options={CHOICES.unpricedPolicy.map((value) => ({ value, label: t(`unpricedPolicy.${value}`) }))}
        />
      );
    case 'truncatedPolicy':
      return (
        <Select
          {...props}
          options={CHOICES.truncatedPolicy.map((value) => ({ value, label: t(`truncatedPolicy.${value}`) }))}
        />
      );
  }
}
