import type { AnalysedWayIn } from '../../assess/assessService';
import { Detector, Occurrence } from '../detector';
import { describeWayIn, requiresToken } from '../rules';

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
        const { destination } = way.wayIn;
        return [
          {
            message: `${hop.proxy.kind} ${
              hop.proxy.name
            } has JWT policies and reads ${describeWayIn(way)} as TCP.`,
            ...(destination
              ? {
                  resource: {
                    kind: 'Service',
                    namespace: destination.namespace,
                    name: destination.name,
                  },
                }
              : {}),
          },
        ];
      }),
    ),
};

function hasTcpHop({ wayIn }: AnalysedWayIn): boolean {
  return wayIn.hops.some(({ protocol }) => protocol === 'tcp');
}
