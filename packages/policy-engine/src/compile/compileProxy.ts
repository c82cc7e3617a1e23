import { AttachedPolicy, ProxyRef } from '../model';
import { refOf } from '../parse';
import { Mesh } from '../attach/Mesh';
import { mutualTlsOf } from '../attach/mutualTls';
import { opaqueReasons } from '../attach/opaque';
import { attachedTo, Attachment, proxyKey } from '../attach/policies';
import { compilePolicy } from './compilePolicy';
import { compileProviders, sortProviders } from './jwtProviders';
import { Program } from './program';
import { buildFilters } from './ruleSet';

/**
 * Compiles everything that a proxy does with a request. Cached in the mesh: the same Program comes
 * back until something that reaches this proxy changes.
 *
 * @param proxy - as in a {@link Hop}, or with the labels of the proxy's Pods
 * @public
 */
export function compileProxy(mesh: Mesh, proxy: ProxyRef): Program {
  return mesh.queries.get(`program/${proxyKey(proxy)}`, () => {
    const authentications = attachedTo(mesh, proxy, 'RequestAuthentication');
    const authorizations = attachedTo(mesh, proxy, 'AuthorizationPolicy');
    const valid = authentications.filter(
      ({ stored }) => stored.errors.length === 0,
    );
    const policies = authorizations.map(({ stored }) =>
      compilePolicy(stored, mesh.trustDomain),
    );
    return {
      proxy,
      policies: [
        ...authentications.map(toAttachedPolicy),
        ...authorizations.map((attachment, index) => ({
          ...toAttachedPolicy(attachment),
          ...(policies[index].action ? { action: policies[index].action } : {}),
          ...(policies[index].dryRun ? { dryRun: true } : {}),
        })),
      ],
      providers: sortProviders(
        valid.flatMap(({ stored }) => compileProviders(stored)),
      ),
      malformedProviders: authentications
        .filter(({ stored }) => stored.errors.length > 0)
        .map(({ stored: { resource } }) => {
          const { namespace, name } = resource.metadata;
          return `RequestAuthentication ${namespace}/${name} is malformed`;
        }),
      http: buildFilters(policies, 'http'),
      tcp: buildFilters(policies, 'tcp'),
      ...(proxy.kind === 'sidecar'
        ? { mutualTls: mutualTlsOf(mesh, proxy) }
        : {}),
      opaque: opaqueReasons(mesh, proxy),
    };
  });
}

function toAttachedPolicy({ stored, by }: Attachment): AttachedPolicy {
  return { ref: refOf(stored.resource), by };
}
