// What the console must know before anyone signs in.
import type { getSite as contract } from '@api-proxy/contracts/site';
import { isSetupNeeded } from '../auth/installation.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { ReadVerb } from '../verb.ts';

export const getSite: ReadVerb<typeof contract> = async (context) => {
  const { db, siteInfo } = context;
  const [settings, setupNeeded] = await Promise.all([readSettings(db), isSetupNeeded(db)]);
  return {
    name: settings.siteName,
    defaultLocale: settings.defaultLocale,
    setupNeeded,
    registrationOpen: settings.registrationOpen || setupNeeded,
    maintenance: { on: settings.maintenanceOn, message: settings.maintenanceMessage },
    publicUrl: siteInfo.publicUrl ?? context.requestOrigin,
    version: siteInfo.version,
  };
};
