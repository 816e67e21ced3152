// The contracts are consistent with each other and refuse what they do not name.
import { expect, it } from 'vitest';
import { endpoints } from './all.ts';
import { channelCreate } from './channels.ts';
import { keyCreate } from './keys.ts';
import { userUpdate } from './users.ts';

it('ids and routes are unique, and each path names exactly its parameters', () => {
  expect(new Set(endpoints.map(({ id }) => id)).size).toBe(endpoints.length);
  expect(new Set(endpoints.map(({ method, path }) => `${method} ${path}`)).size).toBe(endpoints.length);
  for (const { path, params } of endpoints) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = params ? Object.keys(params.shape) : [];
    expect(declared, path).toEqual(named);
  }
});

it('a field that the contract does not name is refused, not dropped', () => {
  expect(userUpdate.safeParse({ name: 'Ada', quotaUsd: '100' }).success).toBe(false);
  expect(keyCreate.safeParse({ name: 'k', userId: 'usr_1' }).success).toBe(false);
});

it('money with more than nine places, two limits on one window, and other schemes are refused', () => {
  expect(
    keyCreate.safeParse({ name: 'k', quotas: [{ span: 'day', limitUsd: '0.0000000001' }] }).success,
  ).toBe(false);
  const twice = [
    { span: 'day', limitUsd: '1' },
    { span: 'day', limitUsd: '2' },
  ];
  expect(keyCreate.safeParse({ name: 'k', quotas: twice }).success).toBe(false);
  const channel = { name: 'c', type: 'claude', keys: [{ secret: 's' }] };
  expect(channelCreate.safeParse({ ...channel, baseUrl: 'file:///etc/passwd' }).success).toBe(false);
  expect(channelCreate.parse({ ...channel, baseUrl: 'https://api.example.com' }).models).toEqual(['*']);
});
