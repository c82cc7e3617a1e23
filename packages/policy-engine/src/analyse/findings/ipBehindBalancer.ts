import { Mesh } from '../../attach/Mesh';
import { Stored } from '../../attach/Stored';
import { includesLabels, proxyKey, stringRecord } from '../../attach/workloads';
import { ProxyRef } from '../../model';
import { Detector, NOTHING } from '../detector';
import {
  allChecks,
  enforcedRules,
  nameOf,
  proxyName,
  rulePath,
} from '../rules';
import { Family } from '../../queries/queries';

const REWRITING_SERVICE = new Family();

export const ipBehindBalancer: Detector = {
  id: 'ip-behind-balancer',
  severity: 'warning',
  title: "A gateway compares addresses that are not the client's",
  why: 'Unless the gateway’s Service has `externalTrafficPolicy: Local`, Kubernetes may replace the client’s address by a node’s before the gateway sees it. A rule on `ipBlocks` then compares the node’s address: it refuses the clients that it names, or admits everybody.',
  fix: 'Set `externalTrafficPolicy: Local` on the gateway’s Service, or compare `remoteIpBlocks` behind proxies that set X-Forwarded-For and are counted in `numTrustedProxies`.',
  link: 'https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/',
  on: ['source-ip', 'remote-ip'],
  inProxy: ({ program, hop }, { mesh }) => {
    if (hop.proxy.kind !== 'gateway') return NOTHING;
    const { clientAddress } = program.settings;
    // Without trusted proxies the client's address is that of the connection.
    const direct =
      clientAddress !== 'last-hop' && clientAddress.trustedProxies === 0;
    const rules = enforcedRules(program).flatMap(({ rule }) =>
      allChecks(rule)
        .filter(
          ({ matchers: [{ on }] }) =>
            on === 'source-ip' || (direct && on === 'remote-ip'),
        )
        .map(check => ({ rule, check })),
    );
    if (rules.length === 0) return NOTHING;
    const service = rewritingService(mesh, hop.proxy);
    if (!service) return NOTHING;
    const { namespace, name } = service.resource.metadata;
    return rules.map(({ rule, check }) => ({
      message: `${nameOf(rule.policy)} compares addresses at ${proxyName(
        hop,
      )}, and Service ${namespace}/${name} in front of it may replace them.`,
      resource: rule.policy,
      path: rulePath(rule, check.field),
    }));
  },
};

/** A Service that brings outside traffic to the gateway by way of other nodes. */
function rewritingService(mesh: Mesh, proxy: ProxyRef): Stored | undefined {
  return mesh.queries.get(REWRITING_SERVICE, proxyKey(proxy), () =>
    mesh.inNamespace('Service', proxy.namespace).find(({ resource }) => {
      const { selector, type, externalTrafficPolicy } = (resource.spec ??
        {}) as {
        selector?: unknown;
        type?: unknown;
        externalTrafficPolicy?: unknown;
      };
      const labels = stringRecord(selector);
      return (
        (type === 'LoadBalancer' || type === 'NodePort') &&
        externalTrafficPolicy !== 'Local' &&
        Object.keys(labels).length > 0 &&
        includesLabels(proxy.labels, labels)
      );
    }),
  );
}
