/**
 * The client certificate that a gateway's server wants: the mesh's own, one of some other authority, one that a
 * client may leave out, or none. A certificate of another authority names nobody in the mesh.
 */
export type ClientCertificate = 'mesh' | 'other' | 'optional' | 'none';

const BY_MODE: Readonly<Record<string, ClientCertificate>> = {
  MUTUAL: 'other',
  OPTIONAL_MUTUAL: 'optional',
  ISTIO_MUTUAL: 'mesh',
};

/** @param mode - of a server's TLS */
export function certificateOf(mode: string): ClientCertificate {
  return Object.hasOwn(BY_MODE, mode) ? BY_MODE[mode] : 'none';
}
