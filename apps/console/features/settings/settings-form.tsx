// The settings as one form: cards by section, and a bar that says what is not saved yet.
'use client';
import {
  consistentSettings,
  type Settings,
  settingGroups,
  settingNames,
  settingsIn,
  updateSettings,
} from '@api-proxy/contracts/settings';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { toast } from 'sonner';
import { useDiscardGuard } from '@/components/form/discard-guard';
import { FormFailure } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { useWrite } from '@/lib/query';
import { SettingRow } from './setting-row';

/** Only what differs is sent, so that a change somebody else made meanwhile elsewhere stays. */
function changesTo(saved: Settings, values: Settings): Partial<Settings> {
  return Object.fromEntries(
    settingNames.filter((name) => values[name] !== saved[name]).map((name) => [name, values[name]]),
  );
}

export function SettingsForm({ saved }: { saved: Settings }) {
  const t = useTranslations('settings');
  const router = useRouter();
  const update = useWrite(updateSettings, ['settings', 'audit']);
  const form = useContractForm({
    schema: consistentSettings,
    defaults: saved,
    submit: async (values: Settings) => {
      const after = await update.mutateAsync({ body: changesTo(saved, values) });
      form.form.reset(after);
      toast.success(t('saved'));
      // The name of the site and the notice of maintenance stand in the frame around every page.
      router.refresh();
    },
  });
  const guard = useDiscardGuard(form.dirty);
  const count = Object.keys(form.form.formState.dirtyFields).length;
  return (
    <form onSubmit={form.onSubmit} noValidate className="max-w-4xl">
      <fieldset
        disabled={form.sending}
        // What takes the focus does not stay under the bar of unsaved changes.
        className="grid gap-5 [&_:is(input,textarea,button)]:scroll-mb-40"
      >
        {settingGroups.map((group) => (
          <Card key={group} id={group} className="scroll-mt-20">
            <CardHeader
              className="border-line border-b md:px-5"
              title={t(`groups.${group}.title`)}
              description={t(`groups.${group}.text`)}
            />
            <div>
              {settingsIn(group).map((name) => (
                <SettingRow key={name} name={name} control={form.control} />
              ))}
            </div>
          </Card>
        ))}
      </fieldset>
      {form.dirty && (
        <div className="fade-in-0 slide-in-from-bottom-2 sticky bottom-4 z-10 mt-5 grid animate-in gap-3 rounded-lg border border-line-strong bg-surface px-4 py-3 shadow-md motion-reduce:animate-none">
          <FormFailure failure={form.failure} />
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p role="status" className="text-muted">
              {t('unsaved', { count })}
            </p>
            <div className="flex gap-2 max-sm:w-full max-sm:[&>button]:flex-1">
              <Button disabled={form.sending} onClick={() => form.form.reset(saved)}>
                {t('discard')}
              </Button>
              <Button type="submit" variant="primary" busy={form.sending}>
                {t('save')}
              </Button>
            </div>
          </div>
        </div>
      )}
      {guard.dialog}
    </form>
  );
}
