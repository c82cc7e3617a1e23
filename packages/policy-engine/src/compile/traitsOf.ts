import { ProxyRef } from '../model';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from './compileProxy';

/**
 * What a proxy does beyond the policies that a {@link Hop} names, which are those for one host.
 *
 * @public
 */
export interface ProxyTraits {
  /** Why it may answer otherwise than its policies say, in sentences. Empty: it does not. */
  opaque: readonly string[];
  /** Whether it refuses what no ALLOW policy admits: some ALLOW stands, if only for another host. */
  defaultDeny: boolean | 'unknown';
}

/** @public */
export function traitsOf(mesh: Mesh, proxy: ProxyRef): ProxyTraits {
  const { opaque, http } = compileProxy(mesh, proxy);
  return { opaque, defaultDeny: http.allow.present };
}
