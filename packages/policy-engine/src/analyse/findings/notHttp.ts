import type { AnalysedWayIn } from '../../assess/assessService';
import { Detector, Occurrence } from '../detector';
import { describeWayIn, proxyName, requiresToken } from '../rules';

const AT_GATEWAY =
  'Where clients speak HTTP, give the server of the Gateway the protocol `HTTP`, or `HTTPS` with a certificate, and the route rules for HTTP.';

export const notHttp: Detector = {
  id: 'not-http',
  severity: 'warning',
  title: 'JWT is impossible here: the port is not read as HTTP',
  why: 'On a port that Istio reads as TCP or passes through as TLS there are no headers: tokens cannot be seen, ALLOW rules with HTTP fields are dropped, and DENY rules lose those fields and match more.',
  fix: 'Name the Service port `http-…` or set `appProtocol: http` where it speaks HTTP; end TLS at the gateway instead of passing it through.',
  link: 'https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/',
  inService: ({ waysIn }) =>
    waysIn.filter(hasTcpHop).flatMap(way =>
      way.wayIn.hops.flatMap((hop, index): Occurrence[] => {
        const program = way.programs[index];
        if (hop.protocol !== 'tcp') return [];
        const meant = program.providers.length > 0 || requiresToken(program);
        if (!meant) return [];
        const message = `${proxyName(
          hop,
        )} has JWT policies and reads ${describeWayIn(way)} as TCP.`;
        const { destination, gateway } = way.wayIn;
        if (hop.proxy.kind === 'gateway' && gateway) {
          return [{ message, resource: gateway, fix: AT_GATEWAY }];
        }
        const resource = destination && {
          kind: 'Service',
          namespace: destination.namespace,
          name: destination.name,
        };
        return [{ message, ...(resource ? { resource } : {}) }];
      }),
    ),
};

function hasTcpHop({ wayIn }: AnalysedWayIn): boolean {
  return wayIn.hops.some(({ protocol }) => protocol === 'tcp');
}
