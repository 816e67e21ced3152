// The search of the price table in the URL, and the model whose price is being set.
import { parseAsString } from 'nuqs';

export const priceParams = {
  search: parseAsString.withDefault(''),
  price: parseAsString,
};
