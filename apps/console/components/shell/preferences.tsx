// The switches of theme and language.
'use client';
import { updateMe } from '@api-proxy/contracts/users';
import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useTheme } from 'next-themes';
import { useTransition } from 'react';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from '@/components/ui/menu';
import { isLocale, LOCALE_COOKIE, LOCALES, type Locale } from '@/i18n/locale';
import { call } from '@/lib/api';

const YEAR_S = 31_536_000;
const THEMES = [
  { value: 'system', icon: Monitor },
  { value: 'light', icon: Sun },
  { value: 'dark', icon: Moon },
] as const;

/** Name of a language in that language: the one text that is never translated. */
export const LOCALE_NAMES: Record<Locale, string> = { zh: '中文', en: 'English' };

/** The language now, and how to change it: kept in a cookie, and on the user when someone is signed in. */
export function useLanguage(signedIn: boolean) {
  const locale = useLocale();
  const router = useRouter();
  const [pending, start] = useTransition();
  const choose = (next: string) => {
    if (!isLocale(next) || next === locale) return;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in all browsers we serve
    document.cookie = `${LOCALE_COOKIE}=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
    // The cookie is what decides here; the copy on the user is for mails, and may fail quietly.
    if (signedIn) void call(updateMe, { body: { locale: next } }).catch(() => undefined);
    start(() => router.refresh());
  };
  return { locale, choose, pending };
}

/** An icon button with the languages. */
export function LanguageMenu({ signedIn = false }: { signedIn?: boolean }) {
  const t = useTranslations('prefs');
  const { locale, choose } = useLanguage(signedIn);
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('language')}>
          <Languages />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup value={locale} onValueChange={choose}>
          {LOCALES.map((one) => (
            <MenuRadioItem key={one} value={one}>
              {LOCALE_NAMES[one]}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}

/** An icon button with the themes. */
export function ThemeMenu() {
  const t = useTranslations('prefs');
  const { theme, setTheme } = useTheme();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t('theme')}>
          <Sun className="dark:hidden" />
          <Moon className="hidden dark:block" />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup value={theme ?? 'system'} onValueChange={setTheme}>
          {THEMES.map(({ value, icon: Icon }) => (
            <MenuRadioItem key={value} value={value}>
              <Icon /> {t(`themes.${value}`)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
