// Encrypted secrets and keyed hashes.
import { Secret } from '@api-proxy/kit/secret';
import { expect, it } from 'vitest';
import { createKeyHasher, rememberingHasher } from './key-hasher.ts';
import { createVault } from './vault.ts';

const app = new Secret('a'.repeat(40));
const other = new Secret('b'.repeat(40));

it('what is sealed opens again, never seals to the same text, and shows nothing', () => {
  const vault = createVault(app);
  const sealed = vault.seal(new Secret('sk-upstream-canary'));
  expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
  expect(sealed).not.toBe(vault.seal(new Secret('sk-upstream-canary')));
  expect(sealed).not.toContain('canary');
  expect(vault.open(sealed).reveal()).toBe('sk-upstream-canary');
});

it('an altered text, a cut tag, another secret and another version are refused', () => {
  const vault = createVault(app);
  const sealed = vault.seal(new Secret('text'));
  const flipped = sealed.slice(0, -2) + (sealed.at(-2) === 'A' ? 'B' : 'A') + sealed.slice(-1);
  for (const wrong of [flipped, sealed.slice(0, -6), sealed.replace('v1.', 'v2.'), 'v1..', '']) {
    expect(() => vault.open(wrong), wrong).toThrow("can't be read");
  }
  expect(() => createVault(other).open(sealed)).toThrow("can't be read");
});

it('the hash of a key is stable, and differs per secret and from the plain digest', () => {
  const hash = createKeyHasher(app);
  expect(hash('sk-relay-x')).toBe(hash('sk-relay-x'));
  expect(hash('sk-relay-x')).toMatch(/^[0-9a-f]{64}$/);
  expect(hash('sk-relay-x')).not.toBe(createKeyHasher(other)('sk-relay-x'));
});

it('a remembered hash is the same hash, worked out once while it is remembered', () => {
  const worked: string[] = [];
  const plain = createKeyHasher(app);
  const hash = rememberingHasher((text) => {
    worked.push(text);
    return plain(text);
  }, 2);
  for (const text of ['a', 'a', 'b', 'a', 'c', 'b']) expect(hash(text)).toBe(plain(text));
  expect(worked).toEqual(['a', 'b', 'c']);
  hash('a');
  expect(worked).toEqual(['a', 'b', 'c', 'a']);
});
