// What a rule for several prices makes of one tariff: exact, rounded half up to the nano-dollar per million tokens.
import type { Tariff, TariffChange, TariffClass } from '@api-proxy/contracts/prices';
import { divideHalfUp, formatUsd } from '@api-proxy/kit/money';
import { parseMultiplier } from '../factor.ts';
import { parsedUsd } from '../money-input.ts';

type Classes = Record<TariffClass, string>;

const MILLION = 1_000_000n;

/** The same tariff with every price of `classes` multiplied. @param ppm factor in millionths. */
function scaled<T extends Classes>(tariff: T, classes: readonly TariffClass[], ppm: bigint): T {
  const result: T = { ...tariff };
  for (const name of classes) {
    Object.assign(result, { [name]: formatUsd(divideHalfUp(parsedUsd(tariff[name]) * ppm, MILLION)) });
  }
  return result;
}

export function changedTariff(tariff: Tariff, change: TariffChange): Tariff {
  switch (change.kind) {
    case 'scale': {
      const ppm = BigInt(parseMultiplier(change.factor));
      const longContext = tariff.longContext && scaled(tariff.longContext, change.classes, ppm);
      return { ...scaled(tariff, change.classes, ppm), longContext };
    }
    case 'set':
      return { ...tariff, ...change.classes };
  }
}
