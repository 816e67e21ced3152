// One's own name, and the look and language of the console.
'use client';
import { meUpdate, updateMe } from '@api-proxy/contracts/users';
import { useTranslations } from 'next-intl';
import { useTheme } from 'next-themes';
import { toast } from 'sonner';
import { TextField } from '@/components/form/fields';
import { Form } from '@/components/form/form';
import { useContractForm } from '@/components/form/use-contract-form';
import { LOCALE_NAMES, useLanguage } from '@/components/shell/preferences';
import { useMe } from '@/components/shell/viewer';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Segmented } from '@/components/ui/toggle';
import { LOCALES } from '@/i18n/locale';
import { useWrite } from '@/lib/query';
import { useMounted } from '@/lib/use-mounted';

export function ProfileCard() {
  const t = useTranslations('account');
  const me = useMe();
  const update = useWrite(updateMe, ['me']);
  const form = useContractForm({
    schema: meUpdate.pick({ name: true }),
    defaults: { name: me.name },
    submit: async (body) => {
      await update.mutateAsync({ body });
      form.form.reset(body);
      toast.success(t('saved'));
    },
  });
  return (
    <Card>
      <CardHeader
        title={t('profile')}
        description={me.email}
        actions={<Badge tone={me.role === 'user' ? 'neutral' : 'accent'}>{t(`role.${me.role}`)}</Badge>}
      />
      <CardBody>
        <Form form={form} className="max-w-md">
          <TextField control={form.control} name="name" label={t('name')} autoComplete="name" />
          <div>
            <Button type="submit" variant="primary" busy={form.sending} disabled={!form.dirty}>
              {t('save')}
            </Button>
          </div>
        </Form>
      </CardBody>
    </Card>
  );
}

/** Theme and language. */
export function AppearanceCard() {
  const t = useTranslations('account');
  const tPrefs = useTranslations('prefs');
  const { theme, setTheme } = useTheme();
  const { locale, choose } = useLanguage(true);
  // The server does not know the theme: until the page is live, nothing is marked as chosen.
  const mounted = useMounted();
  return (
    <Card>
      <CardHeader title={t('appearance')} />
      <CardBody className="grid gap-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <span>{tPrefs('theme')}</span>
          <Segmented
            label={tPrefs('theme')}
            value={mounted ? (theme ?? 'system') : ''}
            onChange={setTheme}
            options={(['system', 'light', 'dark'] as const).map((value) => ({
              value: String(value),
              label: tPrefs(`themes.${value}`),
            }))}
          />
        </div>
        <div className="flex flex-wrap items-center justify-between gap-3">
          <span>{tPrefs('language')}</span>
          <Segmented
            label={tPrefs('language')}
            value={String(locale)}
            onChange={choose}
            options={LOCALES.map((value) => ({ value: String(value), label: LOCALE_NAMES[value] }))}
          />
        </div>
      </CardBody>
    </Card>
  );
}
