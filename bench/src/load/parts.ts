// A workload's parts for one target: its port, its credentials, and the time that this run gives.
import {
  FALLBACK_MODEL,
  KEYS_OF_MANY,
  MODEL,
  MODELS_OF_MANY,
  modelName,
  type Target,
} from '../targets/target.ts';
import { FULL_FACTOR, type PartPlan, USUAL_PART, type Workload } from '../workloads.ts';
import type { LoadPart } from './plan.ts';

export type Extent = { readonly full: boolean; readonly soakMinutes: number };

const MINUTE_MS = 60_000;

export async function partsFor(workload: Workload, target: Target, extent: Extent): Promise<LoadPart[]> {
  const many = workload.many ? await target.configureMany?.() : undefined;
  return Object.entries(workload.parts).map(([name, plan]) => {
    const lasting = workload.soak ? { ...plan, maxMs: extent.soakMinutes * MINUTE_MS } : plan;
    const part = onePart(name, { plan: lasting, target, full: extent.full && !workload.soak });
    if (!many) return part;
    const models = Array.from({ length: MODELS_OF_MANY }, (_, index) => modelName(index));
    return { ...part, credentials: many.slice(0, KEYS_OF_MANY), models };
  });
}

function onePart(name: string, from: { plan: PartPlan; target: Target; full: boolean }): LoadPart {
  const { plan, target, full } = from;
  const { credential = 'good', fallback = false, ...rest } = plan;
  const factor = full && rest.total === undefined ? FULL_FACTOR : 1;
  return {
    ...USUAL_PART,
    ...rest,
    name,
    maxMs: (rest.maxMs ?? USUAL_PART.maxMs) * factor,
    port: target.port,
    credentials: [target.credentials[credential]],
    models: [fallback ? FALLBACK_MODEL : MODEL],
  };
}

/** As many small requests and events as it takes until the code of a target is compiled: seen to go on for 40,000 and more of each dialect. */
const WARM_UP = { maxMs: 45_000, connections: 8, total: 50_000 };

/** In both dialects: what reads the one is not what reads the other. */
export function warmUp(target: Target): LoadPart[] {
  return (['anthropic', 'openai'] as const).flatMap((dialect) => {
    const plan = { ...WARM_UP, dialect };
    return [
      onePart('warm-up', { plan, target, full: false }),
      onePart('warm-up', { plan: { ...plan, total: 400, events: 50, intervalMs: 1 }, target, full: false }),
    ];
  });
}
