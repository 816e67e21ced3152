// What the console must know before anyone signs in.
import { locale } from '@api-proxy/contracts/enums';
import type { getSite as contract } from '@api-proxy/contracts/site';
import { settings } from '@api-proxy/db/schema/settings';
import { inArray } from 'drizzle-orm';
import { isRegistrationOpen, isSetupNeeded } from '../auth/installation.ts';
import type { Verb } from '../verb.ts';

const DEFAULT_NAME = 'api-proxy';
const DEFAULT_LOCALE = 'zh';

export const getSite: Verb<typeof contract> = async (context) => {
  const { db, siteInfo } = context;
  const [rows, setupNeeded, registrationOpen] = await Promise.all([
    db
      .select()
      .from(settings)
      .where(inArray(settings.name, ['siteName', 'defaultLocale'])),
    isSetupNeeded(db),
    isRegistrationOpen(db),
  ]);
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  const name = values.get('siteName');
  const language = locale.safeParse(values.get('defaultLocale'));
  return {
    name: typeof name === 'string' && name ? name : DEFAULT_NAME,
    defaultLocale: language.success ? language.data : DEFAULT_LOCALE,
    setupNeeded,
    registrationOpen,
    publicUrl: siteInfo.publicUrl ?? context.requestOrigin,
    version: siteInfo.version,
  };
};
