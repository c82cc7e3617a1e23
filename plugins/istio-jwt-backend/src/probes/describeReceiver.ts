import { WayInPlan } from './planProbes';
import { TokenReceiver } from './tokenSources';

/** Who gets the tokens that are sent over a way in. */
export function describeReceiver({
  wayIn,
  origin,
}: Pick<WayInPlan, 'wayIn' | 'origin'>): TokenReceiver {
  const [hop] = wayIn.hops;
  if (origin.kind === 'prober' || !hop) return { kind: 'service' };
  const { namespace, name } = hop.proxy;
  const { gateway } = wayIn;
  return {
    kind: 'gateway',
    namespace,
    name,
    resource: gateway && {
      namespace: gateway.namespace ?? '',
      name: gateway.name,
    },
    // GatewayClient verifies every certificate, against the host of the way in.
    isVerified: wayIn.protocol === 'https',
  };
}
