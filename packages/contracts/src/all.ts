// Every endpoint of the control API: the list that the server mounts and the OpenAPI document tells.
import { listAudit } from './audit.ts';
import {
  clearCooldown,
  copyChannel,
  createChannel,
  deleteChannel,
  getChannel,
  listChannels,
  listChannelTests,
  listUpstreamModels,
  testAllChannels,
  testChannel,
  updateChannel,
} from './channels.ts';
import {
  advanceRepricing,
  bookRepricing,
  createRepricing,
  discardRepricing,
  getFinanceTotals,
  getRepricing,
  listReconciliations,
  listRepricings,
  runReconciliation,
} from './finance.ts';
import {
  createGiftCards,
  listGiftCards,
  redeemGiftCard,
  voidGiftCard,
  voidGiftCardBatch,
} from './gift-cards.ts';
import { getHealth, getLive, getReady } from './health.ts';
import { createKey, deleteKey, listKeys, rotateKey, updateKey } from './keys.ts';
import { listLedger } from './ledger.ts';
import { addFromCatalog, createModel, deleteModel, listCatalog, listModels, updateModel } from './models.ts';
import { changePrices, createPrice, listPrices, withdrawPrice } from './prices.ts';
import { getRequestLog, listRequestLogs, refundRequest } from './request-logs.ts';
import { getSettings, updateSettings } from './settings.ts';
import { getSite } from './site.ts';
import { getKeyUsage, getUsageSummary, listAvailableModels } from './usage.ts';
import {
  changeQuota,
  createUser,
  deleteUser,
  getMe,
  getUser,
  listUsers,
  resetPassword,
  updateMe,
  updateUser,
} from './users.ts';

export const endpoints = [
  getSite,
  getHealth,
  getLive,
  getReady,
  getMe,
  updateMe,
  listUsers,
  getUser,
  createUser,
  updateUser,
  deleteUser,
  resetPassword,
  changeQuota,
  listKeys,
  createKey,
  updateKey,
  rotateKey,
  deleteKey,
  listChannels,
  getChannel,
  createChannel,
  updateChannel,
  deleteChannel,
  copyChannel,
  testChannel,
  testAllChannels,
  listChannelTests,
  clearCooldown,
  listUpstreamModels,
  listModels,
  createModel,
  updateModel,
  deleteModel,
  listCatalog,
  addFromCatalog,
  listPrices,
  createPrice,
  changePrices,
  withdrawPrice,
  listRequestLogs,
  getRequestLog,
  refundRequest,
  listLedger,
  listGiftCards,
  createGiftCards,
  voidGiftCard,
  voidGiftCardBatch,
  redeemGiftCard,
  getUsageSummary,
  getKeyUsage,
  listAvailableModels,
  getFinanceTotals,
  listReconciliations,
  runReconciliation,
  // Before those that look at one: one can be open at a time.
  createRepricing,
  listRepricings,
  getRepricing,
  advanceRepricing,
  bookRepricing,
  discardRepricing,
  listAudit,
  getSettings,
  updateSettings,
] as const;

/** The id of any endpoint above. */
export type EndpointId = (typeof endpoints)[number]['id'];

/** The endpoint with that id. */
export type EndpointOf<Id extends EndpointId> = Extract<(typeof endpoints)[number], { id: Id }>;
