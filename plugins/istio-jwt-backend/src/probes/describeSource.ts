import { ProxyRequest } from 'istio-jwt-policy-engine';
import { Origin } from './findOrigins';

/** What the first proxy sees of who asks, for the engine. */
export function describeSource(origin: Origin): ProxyRequest['source'] {
  if (origin.kind !== 'prober') return undefined;
  const { identity, namespace, connects } = origin.prober.caller;
  return connects === 'with-identity'
    ? { principal: identity, namespace }
    : undefined;
}
