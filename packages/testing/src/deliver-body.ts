// Sends a JSON body the way the behaviour says: whole, in drips, half and then silence or death.
import type { ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import type { Outlet } from './outlet.ts';

const SLICE = 65_536;

export interface BodyDelivery {
  readonly response: ServerResponse;
  readonly outlet: Outlet;
  readonly behaviour: Behaviour;
}

async function writeSlices(outlet: Outlet, bytes: Buffer, drip: number): Promise<void> {
  const step = drip > 0 ? drip : SLICE;
  for (let at = 0; at < bytes.length && !outlet.gone(); at += step) {
    await outlet.write(bytes.subarray(at, at + step));
    if (drip > 0) await outlet.breathe();
  }
}

/** Writes head and body. `truncate` ends a chunked body in its middle, so that it looks whole to HTTP. */
export async function deliverBody(
  json: string,
  head: { readonly status: number; readonly headers: Record<string, string> },
  delivery: BodyDelivery,
): Promise<'complete' | 'cut'> {
  const { response, outlet, behaviour } = delivery;
  const bytes = Buffer.from(json);
  const cuts = behaviour.truncate || behaviour.dieAfter !== null || behaviour.stallAfter !== null;
  const length = behaviour.truncate ? {} : { 'content-length': String(bytes.length) };
  response.writeHead(head.status, { ...head.headers, ...length });
  if (!cuts && behaviour.drip === 0 && bytes.length <= SLICE) {
    await outlet.end(bytes);
    return 'complete';
  }
  await writeSlices(outlet, cuts ? bytes.subarray(0, bytes.length / 2) : bytes, behaviour.drip);
  if (behaviour.dieAfter !== null) {
    await outlet.breathe();
    outlet.destroy(false);
    return 'cut';
  }
  if (behaviour.stallAfter !== null) {
    await outlet.waitForPeerToGo();
    return 'cut';
  }
  await outlet.end();
  return cuts ? 'cut' : 'complete';
}
