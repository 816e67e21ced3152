// Which headers an admin may add to what is sent upstream; asked where they are saved, and again where they are sent.

/** They frame a message or belong to a connection (RFC 9110, 7.6.1), or bring answers that the relay does not read. */
const RELAYS_OWN =
  /^(?:accept-encoding|connection|content-encoding|content-length|expect|http2-settings|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
/** RFC 9110, 5.5, as a request can carry it: no line breaks, nothing beyond Latin-1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether the name, in any case, is free to be set. */
export function isExtraName(name: string): boolean {
  return !RELAYS_OWN.test(name);
}

/** Whether a header can carry the value. */
export function isExtraValue(value: string): boolean {
  return VALUE.test(value);
}
