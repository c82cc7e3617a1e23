import { sha256 } from '@noble/hashes/sha2';

const KEPT_BYTES = 16;

/**
 * The first half of an entity ref's SHA-256, as base64url: by which open pages know what a signal is
 * about, and others do not without guessing the ref. `crypto.subtle` is not there for pages over plain http.
 *
 * @public
 */
export function digestEntityRef(entityRef: string): string {
  const bytes = sha256(entityRef).slice(0, KEPT_BYTES);
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}
