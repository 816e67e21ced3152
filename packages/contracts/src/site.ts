// What the console must know before anyone signs in.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { locale } from './enums.ts';

export const site = z.object({
  name: z.string(),
  defaultLocale: locale,
  /** True until the first user has registered: that one becomes super admin. */
  setupNeeded: z.boolean(),
  registrationOpen: z.boolean(),
  /** While it is on, relayed requests of all but admins are refused. */
  maintenance: z.object({ on: z.boolean(), message: z.string() }),
  /** Address for clients, without a trailing slash, e.g. `https://relay.example.com`. */
  publicUrl: z.string(),
  version: z.string(),
});
export type Site = z.infer<typeof site>;

export const getSite = endpoint({
  id: 'site.get',
  method: 'GET',
  path: '/api/site',
  summary: 'Name, language and address of this installation, and whether it still needs its first user',
  access: 'anyone',
  output: site,
});
