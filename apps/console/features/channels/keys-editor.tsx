// The credentials of a channel in its form: stored ones by their last four characters, new ones one per line.
'use client';
import { Replace, Trash2, Undo2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useController } from 'react-hook-form';
import { TextareaField } from '@/components/form/fields';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Switch } from '@/components/ui/toggle';
import { Tooltip } from '@/components/ui/tooltip';
import { type StoredKey, secretsIn } from './form-values';
import type { ChannelFormControl } from './use-channel-form';
import { useKeyReason } from './use-key-reason';

export function KeysEditor({ control }: { control: ChannelFormControl }) {
  const t = useTranslations('channels.form');
  const { field } = useController({ control, name: 'storedKeys' });
  const { field: added } = useController({ control, name: 'newKeys' });
  const stored = field.value;
  const count = secretsIn(added.value).length;
  const change = (id: string, part: Partial<StoredKey>) =>
    field.onChange(stored.map((key) => (key.id === id ? { ...key, ...part } : key)));
  return (
    <div className="grid gap-3">
      {stored.length > 0 && (
        <div className="grid gap-1.5">
          <div className="font-medium text-ink text-sm">{t('storedKeys', { count: stored.length })}</div>
          <ul className="divide-y divide-line rounded-md border border-line">
            {stored.map((key) => (
              <StoredKeyRow
                key={key.id}
                stored={key}
                onChange={(part) => change(key.id, part)}
                onRemove={() => field.onChange(stored.filter(({ id }) => id !== key.id))}
              />
            ))}
          </ul>
        </div>
      )}
      <TextareaField
        control={control}
        name="newKeys"
        label={stored.length > 0 ? t('addKeys') : t('keys')}
        hint={count > 1 ? t('keysCounted', { count }) : t('keysHint')}
        optional={stored.length > 0}
        placeholder="sk-…"
      />
    </div>
  );
}

function StoredKeyRow({
  stored,
  onChange,
  onRemove,
}: {
  stored: StoredKey;
  onChange: (part: Partial<StoredKey>) => void;
  onRemove: () => void;
}) {
  const t = useTranslations('channels.form');
  const tStatus = useTranslations('channels.keyStatus');
  const [replacing, setReplacing] = useState(false);
  const reason = useKeyReason()(stored);
  const shown = `••••${stored.lastFour}`;
  const stop = () => {
    setReplacing(false);
    onChange({ secret: '' });
  };
  return (
    <li className="grid gap-2 px-3 py-2">
      <div className="flex items-center gap-2">
        <code className="font-mono text-ink text-sm">{shown}</code>
        {stored.status !== 'active' && (
          <Badge tone={stored.status === 'rejected' ? 'bad' : 'neutral'}>{tStatus(stored.status)}</Badge>
        )}
        {reason && (
          <span className="min-w-0 flex-1 truncate text-faint text-xs" title={reason}>
            {reason}
          </span>
        )}
        <div className="ml-auto flex items-center gap-1">
          <Switch
            aria-label={t('useKey', { key: shown })}
            className="mr-1"
            checked={stored.status === 'active'}
            onCheckedChange={(on) => onChange({ status: on ? 'active' : 'disabled' })}
          />
          <Tooltip content={replacing ? t('keepKey') : t('replaceKey')}>
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={replacing ? t('keepKey') : t('replaceKey')}
              onClick={() => (replacing ? stop() : setReplacing(true))}
            >
              {replacing ? <Undo2 /> : <Replace />}
            </Button>
          </Tooltip>
          <Tooltip content={t('removeKey')}>
            <Button variant="ghost" size="icon-sm" aria-label={t('removeKey')} onClick={onRemove}>
              <Trash2 />
            </Button>
          </Tooltip>
        </div>
      </div>
      {replacing && (
        <Input
          autoFocus
          className="font-mono"
          aria-label={t('newSecret', { key: shown })}
          placeholder={t('newSecret', { key: shown })}
          autoComplete="off"
          spellCheck={false}
          value={stored.secret}
          onChange={(event) => onChange({ secret: event.target.value.trim() })}
        />
      )}
    </li>
  );
}
