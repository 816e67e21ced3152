// Who is looking and at what installation, for every component below the shell.
'use client';
import type { Site } from '@api-proxy/contracts/site';
import { getMe, type Me } from '@api-proxy/contracts/users';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { useRead } from '@/lib/query';
import { queryKeyOf } from '@/lib/query-key';

const Context = createContext<{ me: Me; site: Site } | null>(null);

/** Put by the guarded layouts; `me` seeds the cache, so that a change of it is seen everywhere. */
export function ViewerProvider({ me, site, children }: { me: Me; site: Site; children: ReactNode }) {
  const client = useQueryClient();
  useState(() => client.setQueryData(queryKeyOf(getMe, undefined), me));
  return <Context.Provider value={{ me, site }}>{children}</Context.Provider>;
}

/** The signed-in user, fresh from the cache. */
export function useMe(): Me {
  const context = useContext(Context);
  const { data } = useRead(getMe, undefined, { enabled: context !== null });
  if (!context) throw new Error('useMe is for pages inside a guarded layout');
  return data ?? context.me;
}

/** This installation. */
export function useSite(): Site {
  const context = useContext(Context);
  if (!context) throw new Error('useSite is for pages inside a guarded layout');
  return context.site;
}
