// Promise: the list of models shows what is to be shown, to who may use its key from there.
import { expect, it } from 'vitest';
import { call, caller, channel, model, snapshot, startRelay } from './harness.ts';

const listed = snapshot([channel({ id: 'chn_1', baseUrl: 'http://127.0.0.1:9', models: ['*'] })], {
  models: new Map([
    ['shown', model('shown')],
    ['unlisted', model('unlisted', { visible: false })],
  ]),
});

it('leaves out what is not shown; by its name, it is found', async () => {
  const relay = await startRelay(listed);
  for (const headers of [{}, { 'anthropic-version': '2023-06-01' }]) {
    const { json } = await call({ port: relay.port, path: '/v1/models', headers });
    expect(json).toMatchObject({ data: [{ id: 'shown' }] });
    const one = await call({ port: relay.port, path: '/v1/models/unlisted', headers });
    expect(one).toMatchObject({ status: 200, json: { id: 'unlisted' } });
  }
  await relay.close();
});

it.each([
  ['from an address that the key does not allow', { key: { allowedIps: ['10.0.0.0/8'] } }, /address/, 403],
  ['of a disabled user', { user: { status: 'disabled' } }, /disabled/, 403],
  ['with a disabled key', { key: { status: 'disabled' } }, /disabled/, 401],
] as const)('%s is refused', async (...row) => {
  const [, who, text, status] = row;
  const relay = await startRelay(listed, { callers: { find: () => caller(who) } });
  for (const path of ['/v1/models', '/v1/models/shown']) {
    const got = await call({ port: relay.port, path });
    expect(got).toMatchObject({ status, json: { error: { message: expect.stringMatching(text) } } });
  }
  await relay.close();
});
