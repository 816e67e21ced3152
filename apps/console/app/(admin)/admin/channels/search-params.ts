// The filters of the channel table in the URL.
import { parseAsString, parseAsStringLiteral } from 'nuqs';

export const STATES = ['healthy', 'cooling', 'open', 'disabled'] as const;

export const channelFilters = {
  search: parseAsString.withDefault(''),
  state: parseAsStringLiteral(STATES),
};
