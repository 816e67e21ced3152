// The table of the control API: endpoint id → verb. An endpoint without a verb, or one too many, is a type error.
import type { EndpointOf } from '@api-proxy/contracts/all';
import { addFromCatalog } from '@api-proxy/services/catalog/add-from-catalog';
import { clearCooldown } from '@api-proxy/services/channel/clear-cooldown';
import { copyChannel } from '@api-proxy/services/channel/copy-channel';
import { createChannel } from '@api-proxy/services/channel/create-channel';
import { deleteChannel } from '@api-proxy/services/channel/delete-channel';
import { getChannel } from '@api-proxy/services/channel/get-channel';
import { listChannels } from '@api-proxy/services/channel/list-channels';
import { listUpstreamModels } from '@api-proxy/services/channel/list-upstream-models';
import { testAllChannels } from '@api-proxy/services/channel/test-all-channels';
import { testChannel } from '@api-proxy/services/channel/test-channel';
import { updateChannel } from '@api-proxy/services/channel/update-channel';
import { createGiftCards } from '@api-proxy/services/gift-card/create-gift-cards';
import { redeemGiftCard } from '@api-proxy/services/gift-card/redeem-gift-card';
import { voidGiftCard } from '@api-proxy/services/gift-card/void-gift-card';
import { voidGiftCardBatch } from '@api-proxy/services/gift-card/void-gift-card-batch';
import { createKey } from '@api-proxy/services/key/create-key';
import { deleteKey } from '@api-proxy/services/key/delete-key';
import { rotateKey } from '@api-proxy/services/key/rotate-key';
import { updateKey } from '@api-proxy/services/key/update-key';
import { createModel } from '@api-proxy/services/model/create-model';
import { deleteModel } from '@api-proxy/services/model/delete-model';
import { updateModel } from '@api-proxy/services/model/update-model';
import { changePrices } from '@api-proxy/services/price/change-prices';
import { createPrice } from '@api-proxy/services/price/create-price';
import { withdrawPrice } from '@api-proxy/services/price/withdraw-price';
import { changeQuota } from '@api-proxy/services/quota/change-quota';
import { runReconciliation } from '@api-proxy/services/reconciliation/run-reconciliation';
import { advanceRepricing } from '@api-proxy/services/repricing/advance-repricing';
import { bookRepricing } from '@api-proxy/services/repricing/book-repricing';
import { createRepricing } from '@api-proxy/services/repricing/create-repricing';
import { discardRepricing } from '@api-proxy/services/repricing/discard-repricing';
import { refundRequest } from '@api-proxy/services/request-log/refund-request';
import { updateSettings } from '@api-proxy/services/settings/update-settings';
import { getKeyUsage } from '@api-proxy/services/usage/get-key-usage';
import { createUser } from '@api-proxy/services/user/create-user';
import { deleteUser } from '@api-proxy/services/user/delete-user';
import { resetPassword } from '@api-proxy/services/user/reset-password';
import { updateMe } from '@api-proxy/services/user/update-me';
import { updateUser } from '@api-proxy/services/user/update-user';
import type { Verb } from '@api-proxy/services/verb';
import { reads } from './reads.ts';
import type { VerbId } from './verb-id.ts';

export type Verbs = { readonly [Id in VerbId]: Verb<EndpointOf<Id>> };

export const verbs: Verbs = {
  ...reads,
  'me.update': updateMe,
  'users.create': createUser,
  'users.update': updateUser,
  'users.delete': deleteUser,
  'users.resetPassword': resetPassword,
  'users.changeQuota': changeQuota,
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
  'channels.clearCooldown': clearCooldown,
  'channels.upstreamModels': listUpstreamModels,
  'models.create': createModel,
  'models.update': updateModel,
  'models.delete': deleteModel,
  'catalog.add': addFromCatalog,
  'prices.create': createPrice,
  'prices.change': changePrices,
  'prices.withdraw': withdrawPrice,
  'requestLogs.refund': refundRequest,
  'giftCards.create': createGiftCards,
  'giftCards.void': voidGiftCard,
  'giftCards.voidBatch': voidGiftCardBatch,
  'giftCards.redeem': redeemGiftCard,
  'usage.key': getKeyUsage,
  'finance.reconcile': runReconciliation,
  'repricings.create': createRepricing,
  'repricings.advance': advanceRepricing,
  'repricings.book': bookRepricing,
  'repricings.discard': discardRepricing,
  'settings.update': updateSettings,
};
