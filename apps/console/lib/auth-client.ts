// Sign-in by better-auth, same-origin at /api/auth.
'use client';
import { createAuthClient } from 'better-auth/react';

export const authClient = createAuthClient();
