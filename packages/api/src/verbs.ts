// The table of the control API: endpoint id → verb. An endpoint without a verb, or one too many, is a type error.
import type { EndpointId, EndpointOf } from '@api-proxy/contracts/all';
import { listAudit } from '@api-proxy/services/audit/list-audit';
import { addFromCatalog } from '@api-proxy/services/catalog/add-from-catalog';
import { listCatalog } from '@api-proxy/services/catalog/list-catalog';
import { clearCooldown } from '@api-proxy/services/channel/clear-cooldown';
import { copyChannel } from '@api-proxy/services/channel/copy-channel';
import { createChannel } from '@api-proxy/services/channel/create-channel';
import { deleteChannel } from '@api-proxy/services/channel/delete-channel';
import { getChannel } from '@api-proxy/services/channel/get-channel';
import { listChannelTests } from '@api-proxy/services/channel/list-channel-tests';
import { listChannels } from '@api-proxy/services/channel/list-channels';
import { listUpstreamModels } from '@api-proxy/services/channel/list-upstream-models';
import { testAllChannels } from '@api-proxy/services/channel/test-all-channels';
import { testChannel } from '@api-proxy/services/channel/test-channel';
import { updateChannel } from '@api-proxy/services/channel/update-channel';
import { getFinanceTotals } from '@api-proxy/services/finance/get-finance-totals';
import { createGiftCards } from '@api-proxy/services/gift-card/create-gift-cards';
import { listGiftCards } from '@api-proxy/services/gift-card/list-gift-cards';
import { redeemGiftCard } from '@api-proxy/services/gift-card/redeem-gift-card';
import { voidGiftCard } from '@api-proxy/services/gift-card/void-gift-card';
import { voidGiftCardBatch } from '@api-proxy/services/gift-card/void-gift-card-batch';
import { createKey } from '@api-proxy/services/key/create-key';
import { deleteKey } from '@api-proxy/services/key/delete-key';
import { listKeys } from '@api-proxy/services/key/list-keys';
import { rotateKey } from '@api-proxy/services/key/rotate-key';
import { updateKey } from '@api-proxy/services/key/update-key';
import { listLedger } from '@api-proxy/services/ledger/list-ledger';
import { createModel } from '@api-proxy/services/model/create-model';
import { deleteModel } from '@api-proxy/services/model/delete-model';
import { listModels } from '@api-proxy/services/model/list-models';
import { updateModel } from '@api-proxy/services/model/update-model';
import { changePrices } from '@api-proxy/services/price/change-prices';
import { createPrice } from '@api-proxy/services/price/create-price';
import { listPrices } from '@api-proxy/services/price/list-prices';
import { withdrawPrice } from '@api-proxy/services/price/withdraw-price';
import { changeQuota } from '@api-proxy/services/quota/change-quota';
import { listReconciliations } from '@api-proxy/services/reconciliation/list-reconciliations';
import { runReconciliation } from '@api-proxy/services/reconciliation/run-reconciliation';
import { advanceRepricing } from '@api-proxy/services/repricing/advance-repricing';
import { bookRepricing } from '@api-proxy/services/repricing/book-repricing';
import { createRepricing } from '@api-proxy/services/repricing/create-repricing';
import { discardRepricing } from '@api-proxy/services/repricing/discard-repricing';
import { getRepricing } from '@api-proxy/services/repricing/get-repricing';
import { listRepricings } from '@api-proxy/services/repricing/list-repricings';
import { getRequestLog } from '@api-proxy/services/request-log/get-request-log';
import { listRequestLogs } from '@api-proxy/services/request-log/list-request-logs';
import { refundRequest } from '@api-proxy/services/request-log/refund-request';
import { getSettings } from '@api-proxy/services/settings/get-settings';
import { updateSettings } from '@api-proxy/services/settings/update-settings';
import { getSite } from '@api-proxy/services/site/get-site';
import { getKeyUsage } from '@api-proxy/services/usage/get-key-usage';
import { getUsageSummary } from '@api-proxy/services/usage/get-usage-summary';
import { listAvailableModels } from '@api-proxy/services/usage/list-available-models';
import { createUser } from '@api-proxy/services/user/create-user';
import { deleteUser } from '@api-proxy/services/user/delete-user';
import { getMe } from '@api-proxy/services/user/get-me';
import { getUser } from '@api-proxy/services/user/get-user';
import { listUsers } from '@api-proxy/services/user/list-users';
import { resetPassword } from '@api-proxy/services/user/reset-password';
import { updateMe } from '@api-proxy/services/user/update-me';
import { updateUser } from '@api-proxy/services/user/update-user';
import type { Verb } from '@api-proxy/services/verb';

/** Health is answered by the server itself, through a port. */
export type HealthId = 'health.get' | 'health.live' | 'health.ready';

export type VerbId = Exclude<EndpointId, HealthId>;

export type Verbs = { readonly [Id in VerbId]: Verb<EndpointOf<Id>> };

export const verbs: Verbs = {
  'site.get': getSite,
  'me.get': getMe,
  'me.update': updateMe,
  'users.list': listUsers,
  'users.get': getUser,
  'users.create': createUser,
  'users.update': updateUser,
  'users.delete': deleteUser,
  'users.resetPassword': resetPassword,
  'users.changeQuota': changeQuota,
  'keys.list': listKeys,
  'keys.create': createKey,
  'keys.update': updateKey,
  'keys.rotate': rotateKey,
  'keys.delete': deleteKey,
  'channels.list': listChannels,
  'channels.get': getChannel,
  'channels.create': createChannel,
  'channels.update': updateChannel,
  'channels.delete': deleteChannel,
  'channels.copy': copyChannel,
  'channels.test': testChannel,
  'channels.testAll': testAllChannels,
  'channels.tests': listChannelTests,
  'channels.clearCooldown': clearCooldown,
  'channels.upstreamModels': listUpstreamModels,
  'models.list': listModels,
  'models.create': createModel,
  'models.update': updateModel,
  'models.delete': deleteModel,
  'catalog.list': listCatalog,
  'catalog.add': addFromCatalog,
  'prices.list': listPrices,
  'prices.create': createPrice,
  'prices.change': changePrices,
  'prices.withdraw': withdrawPrice,
  'requestLogs.list': listRequestLogs,
  'requestLogs.get': getRequestLog,
  'requestLogs.refund': refundRequest,
  'ledger.list': listLedger,
  'giftCards.list': listGiftCards,
  'giftCards.create': createGiftCards,
  'giftCards.void': voidGiftCard,
  'giftCards.voidBatch': voidGiftCardBatch,
  'giftCards.redeem': redeemGiftCard,
  'usage.summary': getUsageSummary,
  'usage.key': getKeyUsage,
  'usage.availableModels': listAvailableModels,
  'finance.totals': getFinanceTotals,
  'finance.reconciliations': listReconciliations,
  'finance.reconcile': runReconciliation,
  'repricings.list': listRepricings,
  'repricings.get': getRepricing,
  'repricings.create': createRepricing,
  'repricings.advance': advanceRepricing,
  'repricings.book': bookRepricing,
  'repricings.discard': discardRepricing,
  'audit.list': listAudit,
  'settings.get': getSettings,
  'settings.update': updateSettings,
};
