// `bun run fake-upstream [--port n] [--host h] [--api-key k]… [--deterministic]`: the fake as a process of its own.
import { parseArgs } from 'node:util';
import { DIRECTIVES } from './behaviour.ts';
import { startFakeUpstream } from './fake-upstream.ts';
import { FAULT_KINDS, FAULT_STATUSES } from './fault.ts';
import { ANTHROPIC_MODELS, OPENAI_MODELS } from './models.ts';

const USUAL_PORT = 4010;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    'api-key': { type: 'string', multiple: true },
    deterministic: { type: 'boolean' },
  },
});

function guide(url: string): string {
  const directives = DIRECTIVES.map(({ name, usual, about }) => {
    return `  ${(usual === null ? `${name}=n` : name).padEnd(20)} ${about}`;
  });
  return [
    `fake upstream on ${url}`,
    `witness: GET ${url}/__fake/witness · POST ${url}/__fake/reset`,
    `models: ${[...ANTHROPIC_MODELS, ...OPENAI_MODELS].join(', ')} (any other name works, except *missing*)`,
    'behaviour: <model>+<directive>[=n][,<directive>…], or the header x-fake-behaviour',
    `  <status>[x<n>]       fail with ${FAULT_STATUSES.join(' ')}; x<n>: only the first n requests of this name`,
    `  error=<kind>[*<n>]   fail with ${FAULT_KINDS.join(' ')}`,
    '  id=<text>            tells apart names that behave alike',
    ...directives,
    '',
  ].join('\n');
}

const fake = await startFakeUpstream({
  port: values.port === undefined ? USUAL_PORT : Number(values.port),
  ...(values.host !== undefined && { host: values.host }),
  ...(values['api-key'] !== undefined && { apiKeys: values['api-key'] }),
  ...(values.deterministic === true && { deterministic: true }),
});
process.stdout.write(guide(fake.url));

const stop = () => void fake.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
