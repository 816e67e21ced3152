// The audit list shows every field that changed and no other.
import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';

describe('changesBetween', () => {
  it('names changed fields with their paths, and leaves out equal ones', () => {
    const before = { name: 'a', limits: { rpm: 1, tpm: 2 }, models: ['x'] };
    const after = { name: 'a', limits: { rpm: 3, tpm: 2 }, models: ['x', 'y'] };
    expect(changesBetween(before, after)).toEqual([
      { path: 'limits.rpm', before: '1', after: '3' },
      { path: 'models', before: '["x"]', after: '["x","y"]' },
    ]);
  });
  it('tells added and removed fields apart from ones that became null', () => {
    expect(changesBetween({ a: 1, gone: 'x' }, { a: null, fresh: true })).toEqual([
      { path: 'a', before: '1', after: 'null' },
      { path: 'gone', before: 'x', after: undefined },
      { path: 'fresh', before: undefined, after: 'true' },
    ]);
  });
  it('lists all fields of what was created or deleted', () => {
    expect(changesBetween(null, { name: 'a' })).toEqual([{ path: 'name', before: undefined, after: 'a' }]);
    expect(changesBetween({ name: 'a' }, null)).toEqual([{ path: 'name', before: 'a', after: undefined }]);
  });
  it('finds nothing in equal values', () => expect(changesBetween({ a: [1] }, { a: [1] })).toEqual([]));
});
