// Signing in never leads to another site.
import { describe, expect, it } from 'vitest';
import { loginPath, safeReturnPath } from './login-path.ts';

describe('safeReturnPath', () => {
  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '', null])('refuses %j', (path) =>
    expect(safeReturnPath(path)).toBeNull(),
  );
  it('keeps a path with its query', () => expect(safeReturnPath('/logs?model=a')).toBe('/logs?model=a'));
});

describe('loginPath', () => {
  it('remembers where one came from', () =>
    expect(loginPath('/logs?model=a')).toBe('/login?next=%2Flogs%3Fmodel%3Da'));
  it('needs no return path for the default page', () => expect(loginPath('/dashboard')).toBe('/login'));
});
