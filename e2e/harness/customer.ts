// A user with an exact balance and a key: whoever must not spend more than that.
import { createKey } from '@api-proxy/contracts/keys';
import { changeQuota, getMe } from '@api-proxy/contracts/users';
import { formatUsd, type NanoUsd, parseUsd } from '@api-proxy/kit/money';
import { type Person, register } from './person.ts';

export type Customer = {
  person: Person;
  userId: string;
  /** `sk-relay-…`. */
  secret: string;
  /** What is left of the balance, booked charges taken off. */
  remaining(): Promise<NanoUsd>;
};

/** Registers a user, and lets `admin` grant exactly `balance`. */
export async function newCustomer(
  url: string,
  admin: Person,
  { name, balance }: { name: string; balance: NanoUsd },
): Promise<Customer> {
  const person = await register(url, name);
  const { id: userId } = await person.call(getMe, {});
  await admin.call(changeQuota, { params: { userId }, body: { amountUsd: formatUsd(balance) } });
  const { secret } = await person.call(createKey, { body: { name: 'own' } });
  return {
    ...{ person, userId, secret },
    remaining: async () => {
      const { balance: now } = await person.call(getMe, {});
      const left = parseUsd(now.remainingUsd ?? '');
      if (left === undefined) throw new Error(`not an amount: ${now.remainingUsd}`);
      return left;
    },
  };
}
