// The filters of the model table in the URL.
import { parseAsString, parseAsStringLiteral } from 'nuqs';

export const SHOWN = ['unpriced', 'hidden', 'disabled', 'unreachable'] as const;

export const modelFilters = {
  search: parseAsString.withDefault(''),
  show: parseAsStringLiteral(SHOWN),
};
