// The languages of the console and how one is chosen.

export const LOCALES = ['zh', 'en'] as const;
export type Locale = (typeof LOCALES)[number];
/** While the API can't be asked for the default language of the site. */
export const DEFAULT_LOCALE: Locale = 'zh';

/** Name of the cookie that remembers the chosen language. */
export const LOCALE_COOKIE = 'locale';

/** Tells whether a text names a language the console speaks. */
export function isLocale(value: string | undefined): value is Locale {
  return value !== undefined && LOCALES.some((locale) => locale === value);
}

/**
 * Chooses the language: the cookie first, then the browser's list by weight; undefined when neither names one of ours.
 * @param acceptLanguage the `Accept-Language` header, e.g. `en-GB,en;q=0.9,zh;q=0.8`.
 */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale | undefined {
  if (isLocale(cookie)) return cookie;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...params] = entry.trim().split(';');
      const weight = params.map((param) => param.trim()).find((param) => param.startsWith('q='));
      return { language: tag.toLowerCase().split('-')[0], q: weight ? Number(weight.slice(2)) : 1 };
    })
    .filter((entry) => Number.isFinite(entry.q) && entry.q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { language } of wanted) if (isLocale(language)) return language;
  return undefined;
}
