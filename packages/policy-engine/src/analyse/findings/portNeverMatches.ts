import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  checksOn,
  enforcedRules,
  nameOf,
  pointerOf,
  proxyName,
  rulePath,
} from '../rules';

export const portNeverMatches: Detector = {
  id: 'port-never-matches',
  severity: 'error',
  title: 'A policy names the port of the Service, not that of the proxy',
  why: '`ports` is compared with the port on which the proxy listens: the target port of the Service. The port that clients of the Service use matches nothing.',
  fix: 'Write the target port.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['port'],
  inProxy: ({ program, hop, way, index }, { proxies }) => {
    const { wayIn } = way;
    const servicePort =
      index === 0 && wayIn.kind === 'gateway'
        ? wayIn.port
        : wayIn.destination?.port;
    if (servicePort === undefined || servicePort === hop.port) return NOTHING;
    return enforcedRules(program).flatMap(({ rule }) =>
      checksOn(rule, 'port').flatMap(check => {
        const ports = check.matchers.map(matcher =>
          matcher.on === 'port' ? matcher.port : -1,
        );
        const at = ports.indexOf(servicePort);
        const isListening = proxies.some(
          other =>
            other.hop.proxy === hop.proxy && other.hop.port === servicePort,
        );
        if (at < 0 || ports.includes(hop.port) || isListening) return NOTHING;
        return [
          {
            message: `${nameOf(
              rule.policy,
            )} names port ${servicePort}, and ${proxyName(hop)} listens on ${
              hop.port
            } for it.`,
            resource: rule.policy,
            path: rulePath(rule, check.field),
            patch: [
              {
                op: 'replace' as const,
                path: `${pointerOf(rule, check)}/${at}`,
                value: String(hop.port),
              },
            ],
          },
        ];
      }),
    );
  },
};
