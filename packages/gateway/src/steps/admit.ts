// Step: may this caller make this call now. Cheap rules first, then all counted limits at once.
import type { AddressRules } from '../address-rules.ts';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { estimateInputTokens } from '../metering/estimate.ts';
import type { Admission, Caller, Pass } from '../ports.ts';

export type AdmitInput = { readonly exchange: Exchange; readonly caller: Caller; readonly call: Call };

export type AdmitDeps = { readonly admission: Admission; readonly addresses: AddressRules };

/** @returns a place inside every limit, or 403 / 404 / 429 / 503. Nothing is taken when denied. */
export async function admit(input: AdmitInput, deps: AdmitDeps): Promise<Pass | Denial> {
  const { exchange, caller, call } = input;
  if (caller.user.status !== 'active') return { denied: 'user_disabled' };
  if (!deps.addresses.allow(caller.key.allowedIps, exchange.clientIp)) return { denied: 'ip_not_allowed' };
  const { maintenance } = exchange.snapshot.settings;
  if (maintenance.on && caller.user.role === 'user') {
    return { denied: 'maintenance', facts: { message: maintenance.message } };
  }
  const { allowedModels } = caller.key;
  if (allowedModels.length > 0 && !allowedModels.includes(call.model)) {
    return { denied: 'model_not_allowed', facts: { model: call.model } };
  }
  if (exchange.snapshot.models.get(call.model)?.enabled === false) {
    return { denied: 'model_unknown', facts: { model: call.model } };
  }
  return deps.admission.take({
    requestId: exchange.requestId,
    caller,
    operation: exchange.endpoint.operation,
    estimatedTokens: estimateInputTokens(call.body.length) + (call.maxOutputTokens ?? 0),
    nowMs: exchange.startedAtMs,
  });
}
