// What the form for several prices holds, and the rule that it stands for.
import {
  priceBulkChange,
  type TariffChange,
  type TariffClass,
  tariffChange,
  tariffClass,
} from '@api-proxy/contracts/prices';
import { z } from 'zod';

const PERCENT = /^([+-]?)(\d{1,5})(?:\.(\d{1,4}))?$/;
const HUNDRED_PERCENT = 1_000_000;

/** `"-15"` → `"0.85"`, `"+10"` → `"1.1"`; undefined for anything but a percentage above −100 with at most four places. */
export function factorOfPercent(text: string): string | undefined {
  const match = PERCENT.exec(text.trim().replace('−', '-').replace(/%$/, ''));
  if (!match) return undefined;
  const [, sign, whole = '0', places = ''] = match;
  // Millionths of the factor: a percent is ten thousand of them.
  const change = Number(whole) * 10_000 + Number(places.padEnd(4, '0'));
  const ppm = HUNDRED_PERCENT + (sign === '-' ? -change : change);
  if (ppm <= 0) return undefined;
  const digits = String(ppm).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return `${digits.slice(0, -6)}${fraction ? `.${fraction}` : ''}`;
}

export const BULK_MODES = ['percent', 'factor', 'set'] as const;

const amounts = z.record(tariffClass, z.string());

export const bulkFields = z.object({
  mode: z.enum(BULK_MODES),
  percent: z.string(),
  factor: z.string(),
  classes: z.array(tariffClass),
  /** Empty: this class stays. */
  amounts,
  /** As the browser's date-and-time input has it, in the viewer's zone; empty: from now on. */
  startsAt: z.string(),
  note: priceBulkChange.shape.note,
});
export type BulkFields = z.input<typeof bulkFields>;

export const BULK_START: BulkFields = {
  mode: 'percent',
  percent: '',
  factor: '',
  classes: [...tariffClass.options],
  amounts: { input: '', output: '', cacheRead: '', cacheWrite5m: '', cacheWrite1h: '' },
  startsAt: '',
  note: '',
};

function candidate({ mode, percent, factor, classes, amounts: given }: BulkFields): unknown {
  switch (mode) {
    case 'percent':
      return { kind: 'scale', factor: factorOfPercent(percent), classes };
    case 'factor':
      return { kind: 'scale', factor: factor.trim(), classes };
    case 'set':
      return {
        kind: 'set',
        classes: Object.fromEntries(Object.entries(given).filter(([, usd]) => usd !== '')),
      };
  }
}

/** The rule; undefined while the form does not say one. */
export function ruleOf(fields: BulkFields): TariffChange | undefined {
  const rule = tariffChange.safeParse(candidate(fields));
  return rule.success ? rule.data : undefined;
}

/** Whether the class can change under this rule: for the preview to leave the others pale. */
export function touches(rule: TariffChange, name: TariffClass): boolean {
  return rule.kind === 'scale' ? rule.classes.includes(name) : rule.classes[name] !== undefined;
}
