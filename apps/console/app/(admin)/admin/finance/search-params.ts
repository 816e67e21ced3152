// Which re-pricing run is looked at, in the URL.
import { parseAsString } from 'nuqs/server';

export const financeParams = { run: parseAsString };
