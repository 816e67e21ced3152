// All settings as they are in force.
import type { getSettings as contract } from '@api-proxy/contracts/settings';
import { requireActor } from '../authorise.ts';
import type { ReadVerb } from '../verb.ts';
import { readSettings } from './read-settings.ts';

export const getSettings: ReadVerb<typeof contract> = async (context) => {
  requireActor(context, 'admin');
  return readSettings(context.db);
};
