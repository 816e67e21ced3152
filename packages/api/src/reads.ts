// The part of the control API that reads the database and nothing else: any process that has it can answer.
import { type EndpointOf, endpoints } from '@api-proxy/contracts/all';
import { listAudit } from '@api-proxy/services/audit/list-audit';
import { listCatalog } from '@api-proxy/services/catalog/list-catalog';
import { listChannelTests } from '@api-proxy/services/channel/list-channel-tests';
import { getFinanceTotals } from '@api-proxy/services/finance/get-finance-totals';
import { listGiftCards } from '@api-proxy/services/gift-card/list-gift-cards';
import { listKeys } from '@api-proxy/services/key/list-keys';
import { listLedger } from '@api-proxy/services/ledger/list-ledger';
import { listModels } from '@api-proxy/services/model/list-models';
import { listPrices } from '@api-proxy/services/price/list-prices';
import { listReconciliations } from '@api-proxy/services/reconciliation/list-reconciliations';
import { getRepricing } from '@api-proxy/services/repricing/get-repricing';
import { listRepricings } from '@api-proxy/services/repricing/list-repricings';
import { getRequestLog } from '@api-proxy/services/request-log/get-request-log';
import { listRequestLogs } from '@api-proxy/services/request-log/list-request-logs';
import { getSettings } from '@api-proxy/services/settings/get-settings';
import { getSite } from '@api-proxy/services/site/get-site';
import { getUsageSummary } from '@api-proxy/services/usage/get-usage-summary';
import { listAvailableModels } from '@api-proxy/services/usage/list-available-models';
import { getMe } from '@api-proxy/services/user/get-me';
import { getUser } from '@api-proxy/services/user/get-user';
import { listUsers } from '@api-proxy/services/user/list-users';
import type { ReadVerb } from '@api-proxy/services/verb';
import type { VerbId } from './verb-id.ts';

/** What looks at the running server as well (`channels.list`: who is cooling) is not among them, nor what counts callers. */
export const reads = {
  'site.get': getSite,
  'me.get': getMe,
  'users.list': listUsers,
  'users.get': getUser,
  'keys.list': listKeys,
  'channels.tests': listChannelTests,
  'models.list': listModels,
  'catalog.list': listCatalog,
  'prices.list': listPrices,
  'requestLogs.list': listRequestLogs,
  'requestLogs.get': getRequestLog,
  'ledger.list': listLedger,
  'giftCards.list': listGiftCards,
  'usage.summary': getUsageSummary,
  'usage.availableModels': listAvailableModels,
  'finance.totals': getFinanceTotals,
  'finance.reconciliations': listReconciliations,
  'repricings.list': listRepricings,
  'repricings.get': getRepricing,
  'audit.list': listAudit,
  'settings.get': getSettings,
} satisfies { readonly [Id in VerbId]?: ReadVerb<EndpointOf<Id>> };

export type ReadId = keyof typeof reads;

export function isReadId(id: string): id is ReadId {
  return Object.hasOwn(reads, id);
}

/** Their paths, with any query. */
const PATHS = new RegExp(
  `^(?:${endpoints
    .filter(({ id }) => isReadId(id))
    .map(({ path }) => path.replace(/\{\w+\}/g, '[^/?]+'))
    .join('|')})(?:\\?|$)`,
);

/** Whether a request asks for one of them. @param url path and query, as it stands in the request */
export function isRead(method: string | undefined, url: string): boolean {
  return method === 'GET' && PATHS.test(url);
}
