// Starts the targets that were asked for, one after the other, and says which can't be had.

import { distributedTarget, embeddedTarget } from './product.ts';
import { directTarget, nginxTarget, ownTarget } from './simple.ts';
import type { Site, Target, TargetName, Unavailable } from './target.ts';

/** @throws Error when something that is there does not start */
export async function startTarget(name: TargetName, site: Site): Promise<Target | Unavailable> {
  switch (name) {
    case 'direct':
      return directTarget(site);
    case 'nginx':
      return await nginxTarget(site);
    case 'bare':
    case 'gateway-only':
      return await ownTarget(name, site);
    case 'embedded':
      return await embeddedTarget(site);
    case 'distributed':
      return await distributedTarget(site);
  }
}
