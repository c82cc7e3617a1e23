import { TokenRequest } from 'backstage-plugin-istio-jwt-node';
import { TokenSourceConfig } from '../../config';

/** Who gets a token first. */
export type TokenReceiver =
  | {
      kind: 'gateway';
      /** Of the proxy. Nobody else can have Pods there. */
      namespace: string;
      name: string;
      /** The Gateway resource. It may select Pods of any namespace, so its name alone proves nothing. */
      resource?: { namespace: string; name: string };
      /** Whether the gateway shows a certificate for the host, which probes verify, before the token is sent. */
      isVerified: boolean;
    }
  /** A prober inside the mesh sends it to a Service, by the Service's own name. */
  | { kind: 'service' };

/** What the plugin's own sources know besides what all sources do. */
export interface ReceivedToken extends TokenRequest {
  receiver: TokenReceiver;
}

/**
 * Holds a receiver against what a source's `hosts` and `gateways` promise. Routes say which host a
 * way in has, and tenants write routes: over plain http, anybody can be any host.
 *
 * @returns why it does not get the token; undefined where it does
 */
export function refuseReceiver(
  { hosts, gateways }: Pick<TokenSourceConfig, 'hosts' | 'gateways'>,
  { host, receiver }: Pick<ReceivedToken, 'host' | 'receiver'>,
): string | undefined {
  if (hosts && !hosts.some(pattern => coversHost(pattern, host))) {
    return `is not for host ${host}`;
  }
  if (receiver.kind === 'service') {
    return gateways && !hosts
      ? 'is for the gateways of istioJwt.tokenSources[].gateways alone'
      : undefined;
  }
  const name = `${receiver.namespace}/${receiver.name}`;
  if (gateways) {
    return namesOf(receiver).some(each =>
      gateways.some(pattern => coversGateway(pattern, each)),
    )
      ? undefined
      : `is not for gateway ${name}, which istioJwt.tokenSources[].gateways does not name`;
  }
  return hosts && !receiver.isVerified
    ? `has hosts, and over plain http gateway ${name} cannot show that it is one of them: name it under istioJwt.tokenSources[].gateways if it may see the token`
    : undefined;
}

function namesOf({
  namespace,
  name,
  resource,
}: Extract<TokenReceiver, { kind: 'gateway' }>): string[] {
  return [
    `${namespace}/${name}`,
    ...(resource?.namespace === namespace
      ? [`${namespace}/${resource.name}`]
      : []),
  ];
}

function coversHost(pattern: string, host: string): boolean {
  return (
    pattern === host ||
    (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
  );
}

/** `namespace/name`, or `namespace/*` for all of a namespace. */
function coversGateway(pattern: string, name: string): boolean {
  return (
    pattern === name ||
    (pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1)))
  );
}
