// Which addresses the server may be sent to.
import { expect, it } from 'vitest';
import { addressKind, checkOutboundUrl, type OutboundPolicy } from './outbound-address.ts';

const names: Record<string, string[]> = {
  'api.example.com': ['93.184.216.34'],
  'inside.example.com': ['93.184.216.34', '10.0.0.5'],
  'metadata.example.com': ['169.254.169.254'],
  localhost: ['127.0.0.1', '::1'],
};

const policy: OutboundPolicy = {
  allowLoopback: false,
  allowList: [],
  resolve: async (hostname) => {
    const found = names[hostname];
    if (!found) throw new Error('ENOTFOUND');
    return found;
  },
};

it.each([
  ['8.8.8.8', 'public'],
  ['2606:4700::1111', 'public'],
  ['127.0.0.53', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['10.1.2.3', 'refused'],
  ['172.31.255.255', 'refused'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'refused'],
  ['100.64.0.1', 'refused'],
  ['169.254.169.254', 'refused'],
  ['::ffff:169.254.169.254', 'refused'],
  ['::ffff:a9fe:a9fe', 'refused'],
  ['0:0:0:0:0:ffff:0a00:0001', 'refused'],
  ['::10.0.0.1', 'refused'],
  ['64:ff9b::a00:1', 'refused'],
  ['2002:a00:1::', 'refused'],
  ['fd00::1', 'refused'],
  ['fe80::1', 'refused'],
  ['fe80::1%eth0', 'refused'],
  ['0.0.0.0', 'refused'],
  ['::', 'refused'],
  ['255.255.255.255', 'refused'],
  ['224.0.0.1', 'refused'],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

it('a public name passes with the address to connect to', async () => {
  expect(await checkOutboundUrl('https://api.example.com/v1', policy)).toEqual({
    ok: true,
    addresses: ['93.184.216.34'],
  });
});

it.each([
  'ftp://api.example.com',
  'https://inside.example.com',
  'http://metadata.example.com/latest',
  'http://localhost:8080',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://[::ffff:127.0.0.1]/',
  'https://unknown.example.com',
  'nonsense',
])('%s is refused', async (url) => {
  expect(await checkOutboundUrl(url, policy)).toMatchObject({ ok: false });
});

it('loopback passes where the mode allows it, private ranges do not', async () => {
  const embedded = { ...policy, allowLoopback: true };
  expect(await checkOutboundUrl('http://localhost:8080', embedded)).toMatchObject({ ok: true });
  expect(await checkOutboundUrl('http://10.0.0.1', embedded)).toMatchObject({ ok: false });
});

it('an allow-list names hosts, addresses or ranges', async () => {
  const listed = { ...policy, allowList: ['inside.example.com', '192.168.7.0/24'] };
  expect(await checkOutboundUrl('https://inside.example.com', listed)).toMatchObject({ ok: true });
  expect(await checkOutboundUrl('http://192.168.7.9', listed)).toMatchObject({ ok: true });
  expect(await checkOutboundUrl('http://192.168.8.9', listed)).toMatchObject({ ok: false });
});
