/** Host names of Gateways and VirtualServices. */

/** Whether every host that `inner` stands for is one of `outer`'s. Both may start with `*`. */
export function isSubsetHost(inner: string, outer: string): boolean {
  if (outer === '*' || inner === outer) return true;
  if (!outer.startsWith('*')) return false;
  // `*.a.com` includes `*.b.a.com` and `x.a.com`, not `a.com`.
  return inner.length > outer.length - 1 && inner.endsWith(outer.slice(1));
}

/** The hosts that both stand for, or undefined. */
export function intersectHosts(a: string, b: string): string | undefined {
  if (isSubsetHost(a, b)) return a;
  return isSubsetHost(b, a) ? b : undefined;
}

/** The domain that a host falls to, in Envoy's order: exact, then the longest suffix, then `*`. */
export function findDomain(
  domains: { has(domain: string): boolean },
  host: string,
): string | undefined {
  if (domains.has(host)) return host;
  for (let i = 1; i < host.length; i++) {
    // Suffix domains need something in place of the star.
    const suffix = `*${host.slice(i)}`;
    if (domains.has(suffix)) return suffix;
  }
  return domains.has('*') ? '*' : undefined;
}

/**
 * A host as Istio takes it: short names are Services of `namespace`; `*`, addresses, and names with a dot are as
 * they stand (ResolveShortnameToFQDN).
 */
export function resolveShortName(host: string, namespace: string): string {
  const isWhole = host === '' || host === '*' || /[.:]/.test(host);
  return isWhole ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** `name.namespace` of a Service host name; short names belong to `namespace`. */
export function resolveServiceHost(
  host: string,
  namespace: string,
): { namespace: string; name: string } | undefined {
  if (!host.includes('.')) return { namespace, name: host };
  const match = /^([^.]+)\.([^.]+)\.svc(\..+)?$/.exec(host);
  return match ? { name: match[1], namespace: match[2] } : undefined;
}

/** A Service's host, or a wildcard of such, in the usual domain: the cluster may have another one. */
export function inUsualDomain(host: string): string {
  return host.replace(/\.svc\..+$/, '.svc.cluster.local');
}

/** By what routes to a host are found: `namespace/name` of a Service, else the host. */
export function destinationKey(host: string, namespace: string): string {
  const service = resolveServiceHost(host, namespace);
  return service ? `${service.namespace}/${service.name}` : host;
}

/** `namespace/name` of a Gateway as a VirtualService names it (Istio's resolveGatewayName). */
export function resolveGatewayName(name: string, namespace: string): string {
  if (name.includes('/')) {
    return name.startsWith('./') ? `${namespace}/${name.slice(2)}` : name;
  }
  const [short, ...rest] = name.split('.');
  return rest.length === 0 ? `${namespace}/${name}` : `${rest[0]}/${short}`;
}
