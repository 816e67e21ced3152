// What the key list keeps in the URL.
import { parseAsString } from 'nuqs';

export const keySearchParams = { search: parseAsString.withDefault('') };
