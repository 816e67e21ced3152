// The built-in list of models and official prices (data/model-catalog.json), parsed into the contract's shapes.
import type { Tariff } from '@api-proxy/contracts/prices';
import file from '../../data/model-catalog.json' with { type: 'json' };

export type BuiltInModel = {
  provider: string;
  name: string;
  displayName: string;
  releasedOn: string | null;
  contextLength: number | null;
  maxOutputTokens: number | null;
  capabilities: { vision: boolean; tools: boolean; thinking: boolean };
  tariff: Tariff;
};

export type BuiltInCatalog = { source: string; models: readonly BuiltInModel[] };

type Rates = {
  input: number;
  output: number;
  cacheRead?: number | null;
  cacheWrite5m?: number | null;
  cacheWrite1h?: number | null;
};

const TIER_PLACES = 9;

/** The shortest decimal of a number in the file, which has at most nine places: `0.1` → `"0.1"`, never an exponent. */
function decimal(value: number): string {
  return value.toFixed(TIER_PLACES).replace(/\.?0+$/, '');
}

/**
 * A class that the list leaves open costs what the provider takes for plain input:
 * no discount for reading a cache, no surcharge for writing one.
 */
function classesOf(rates: Rates) {
  const write5m = rates.cacheWrite5m ?? rates.input;
  return {
    input: decimal(rates.input),
    output: decimal(rates.output),
    cacheRead: decimal(rates.cacheRead ?? rates.input),
    cacheWrite5m: decimal(write5m),
    cacheWrite1h: decimal(rates.cacheWrite1h ?? write5m),
  };
}

function tariffOf(rates: Rates, tiers: readonly (Rates & { aboveTokens: number })[] | undefined): Tariff {
  const [tier] = tiers ?? [];
  return {
    ...classesOf(rates),
    longContext: tier ? { threshold: tier.aboveTokens, ...classesOf(tier) } : null,
  };
}

/** Reads the list; a new value each time, the file itself is read once with the program. */
export function builtInCatalog(): BuiltInCatalog {
  return {
    source: file.source,
    models: file.models.map((entry) => ({
      provider: entry.provider,
      name: entry.model,
      displayName: entry.name,
      releasedOn: entry.releasedOn ?? null,
      contextLength: entry.contextTokens || null,
      maxOutputTokens: entry.maxOutputTokens || null,
      capabilities: {
        vision: entry.input.some((kind) => kind === 'image'),
        tools: entry.tools,
        thinking: entry.reasoning,
      },
      tariff: tariffOf(entry.usdPerMillion, entry.tiers),
    })),
  };
}
