/** What can be said of a token's signature and times: `validity` of a request's token. */
export const VALIDITIES = [
  'valid',
  'expired',
  'not-yet-valid',
  'bad-signature',
  'malformed',
  'unknown-key',
] as const;
