// Gives next-intl the language and the messages of one request.
import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { site } from '@/lib/session';
import en from '../messages/en.json';
import zh from '../messages/zh.json';
import { chooseLocale, DEFAULT_LOCALE, LOCALE_COOKIE } from './locale.ts';

const MESSAGES = { zh, en };

export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale =
    chooseLocale(jar.get(LOCALE_COOKIE)?.value, head.get('accept-language')) ??
    (await site().then(
      ({ defaultLocale }) => defaultLocale,
      () => DEFAULT_LOCALE,
    ));
  return { locale, messages: MESSAGES[locale], timeZone: 'UTC' };
});
