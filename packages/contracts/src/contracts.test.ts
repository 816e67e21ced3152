// The contracts are consistent with each other and refuse what they do not name.
import { expect, it } from 'vitest';
import { endpoints } from './all.ts';
import { channel, channelCreate, channelUpdate, draftChannel } from './channels.ts';
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

it.each([
  'content-length',
  'Transfer-Encoding',
  'Connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'http2-settings',
  'accept-encoding',
  'accept-encoding',
  'Proxy-Authorization',
  'proxy-anything',
])('an extra header that no request may carry is refused by its name: %s', (name) => {
  const extraHeaders = { 'x-own': '1', [name]: '1' };
  const base = { type: 'claude', baseUrl: 'https://api.example.com', extraHeaders };
  const results = [
    channelCreate.safeParse({ ...base, name: 'c', keys: [{ secret: 's' }] }),
    channelUpdate.safeParse({ extraHeaders }),
    draftChannel.safeParse(base),
  ];
  for (const { error } of results) {
    expect(error?.issues).toHaveLength(1);
    expect(error?.issues[0]).toMatchObject({ path: ['extraHeaders', name] });
    expect(error?.issues[0]?.message).toContain(`'${name}'`);
  }
  // One that was stored before is still shown.
  expect(channel.shape.extraHeaders.safeParse(extraHeaders).success).toBe(true);
});

it.each(['two\nlines', 'nul\u0000', '汉字'])('a value that no header can carry is refused: %j', (value) => {
  const { error } = channelUpdate.safeParse({ extraHeaders: { 'x-own': value } });
  expect(error?.issues).toMatchObject([{ path: ['extraHeaders', 'x-own'] }]);
});

it('any other extra header is taken, its case kept', () => {
  const extraHeaders = {
    Authorization: 'Bearer x',
    'x-latin': 'caf\u00e9',
    Host: 'b.test',
    proxy: '1',
  };
  expect(channelUpdate.parse({ extraHeaders })).toEqual({ extraHeaders });
});
