// The order in which a language is chosen.
import { describe, expect, it } from 'vitest';
import { chooseLocale } from './locale.ts';

describe('chooseLocale', () => {
  it('lets the cookie win over the browser', () => {
    expect(chooseLocale('en', 'zh-CN,zh')).toBe('en');
  });
  it('follows the weights of Accept-Language, not their order', () => {
    expect(chooseLocale(undefined, 'fr, zh;q=0.4, en-GB;q=0.8')).toBe('en');
  });
  it('skips a language that is refused with q=0', () => {
    expect(chooseLocale(undefined, 'en;q=0, de')).toBeUndefined();
  });
  it('leaves it to the site when neither the cookie nor the browser names one', () => {
    expect(chooseLocale('xx', null)).toBeUndefined();
  });
});
