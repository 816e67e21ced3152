// `bun run verify`: format, lint, types, boundaries, sizes, messages, unit tests; made to take under two minutes.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { interruption, runAndReport } from './runner/report.ts';
import { verifySteps } from './runner/verify-steps.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { signal } = interruption();
process.exitCode = await runAndReport(verifySteps({ root, env: process.env, signal }));
