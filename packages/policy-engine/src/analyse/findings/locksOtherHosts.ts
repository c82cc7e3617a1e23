import { ProxyRef } from '../../model';
import { isSubsetHost } from '../../attach/hosts';
import { Mesh } from '../../attach/Mesh';
import { proxyKey } from '../../attach/workloads';
import { Family, sameItems } from '../../queries/queries';
import { compileProxy } from '../../compile/compileProxy';
import { bareHost, CompiledRule } from '../../compile/program';
import { allRules } from '../../compile/ruleSet';
import { routedHosts } from '../../route/routeTable';
import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import { nameOf, needsToken, quote } from '../rules';

const LOCKED_HOSTS = new Family();

const SHOWN = 5;

export const locksOtherHosts: Detector = {
  id: 'locks-other-hosts',
  severity: 'warning',
  title: 'An ALLOW policy locks other hosts of a shared gateway',
  why: 'As soon as one ALLOW policy reaches a proxy, every request that no ALLOW rule matches is refused: also those for hosts that the policy was not written for.',
  fix: 'Use a DENY policy with `notRequestPrincipals` and `hosts` for this host alone, or add ALLOW rules for the other hosts.',
  link: AUTHORIZATION_POLICY_DOCS,
  inProxy: ({ hop }, { mesh, waysIn }) => {
    if (hop.proxy.kind !== 'gateway' || hop.protocol === 'tcp') return NOTHING;
    const { hosts, by } = lockedHosts(mesh, hop.proxy);
    if (!by) return NOTHING;
    const own = new Set(waysIn.map(({ wayIn }) => wayIn.host));
    // Only as many as are shown: a shared gateway may have thousands.
    const others = hosts.filter(
      (host, i) => i < SHOWN + own.size && !own.has(host),
    );
    if (others.length === 0) return NOTHING;
    return [
      {
        message: `${nameOf(by)} makes gateway ${hop.proxy.namespace}/${
          hop.proxy.name
        } refuse requests without a token for other hosts that no rule names, such as ${quote(
          others.slice(0, SHOWN),
        )}.`,
        resource: by,
      },
    ];
  },
};

/** Hosts of a gateway that are refused without a token, and that no rule names. */
function lockedHosts(
  mesh: Mesh,
  proxy: ProxyRef,
): { hosts: readonly string[]; by: CompiledRule['policy'] | undefined } {
  const compute = () => {
    const { allow } = compileProxy(mesh, proxy).http;
    const rules = allow.present === true ? allRules(allow) : [];
    const wide = rules.filter(rule => namedHosts(rule) === undefined);
    const by = wide.find(needsToken)?.policy ?? rules[0]?.policy;
    if (rules.length === 0 || wide.some(rule => !needsToken(rule))) {
      return { hosts: [], by: undefined };
    }
    const named = rules.flatMap(rule => namedHosts(rule) ?? []);
    const exact = new Set(named);
    const wildcards = named.filter(host => host.startsWith('*'));
    const hosts = routedHosts(mesh, proxy).filter(
      host =>
        !exact.has(host) &&
        !wildcards.some(wildcard => isSubsetHost(host, wildcard)),
    );
    return { hosts, by };
  };
  return mesh.queries.get(
    LOCKED_HOSTS,
    proxyKey(proxy),
    compute,
    (a, b) => a.by === b.by && sameItems(a.hosts, b.hosts),
  );
}

/** Hosts that a rule is limited to; undefined where it is not limited. */
function namedHosts(rule: CompiledRule): string[] | undefined {
  const hosts: string[] = [];
  for (const clause of rule.permissions) {
    const check = clause.find(
      ({ negated, matchers }) => !negated && matchers[0].on === 'host',
    );
    if (!check) return undefined;
    hosts.push(
      ...check.matchers.map(({ text }) =>
        text.startsWith('*') ? text.toLowerCase() : bareHost(text),
      ),
    );
  }
  return hosts;
}
