import { Detector, REQUEST_AUTHENTICATION_DOCS } from '../detector';

/** Told from observations alone: see `findingsOfKeySets`. */
export const jwksUnreachable: Detector = {
  id: 'jwks-unreachable',
  severity: 'error',
  title: 'The key set cannot be read',
  why: 'istiod reads key sets, not the proxies. Where it cannot, it installs a key that signs nothing: every token gets 401, and a request without a token still passes jwt_authn.',
  fix: 'Make the address reachable from istiod (DNS, egress, certificate authority), or write the key set into `jwks`.',
  link: REQUEST_AUTHENTICATION_DOCS,
};
