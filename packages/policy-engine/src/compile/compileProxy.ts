import { AttachedPolicy, ProxyRef } from '../model';
import { refOf } from '../parse';
import { Mesh } from '../attach/Mesh';
import { Stored } from '../attach/Stored';
import { mutualTlsOf } from '../attach/mutualTls';
import { opaqueReasons } from '../attach/opaque';
import { attachedTo, Attachment } from '../attach/policies';
import { proxySettingsOf } from '../attach/proxySettings';
import { proxyKey } from '../attach/workloads';
import { amongSeveral, CompiledPolicy, compilePolicy } from './compilePolicy';
import { compileProviders, placesOf, sortProviders } from './jwtProviders';
import { Program } from './program';
import { buildFilters } from './ruleSet';
import { samePrograms } from './samePrograms';
import { unforeseenReasons } from './unforeseen';
import { toZtunnelPolicies } from './ztunnelRules';
import { Family } from '../queries/queries';

const PROGRAM = new Family({ isBrief: true });
const ATTACHMENTS = new Family({ isBrief: true });

/**
 * Compiles everything that a proxy does with a request. Cached in the mesh: the same Program comes
 * back until something that reaches this proxy changes.
 *
 * @param proxy - as in a {@link Hop}, or with the labels of the proxy's Pods
 * @public
 */
export function compileProxy(mesh: Mesh, proxy: ProxyRef): Program {
  return mesh.queries.get(
    PROGRAM,
    proxyKey(proxy),
    () => compile(mesh, proxy),
    samePrograms,
  );
}

function compile(mesh: Mesh, proxy: ProxyRef): Program {
  const attached = policiesOf(mesh, proxy);
  const authentications = attached.filter(isAuthentication);
  const authorizations = attached.filter(item => !isAuthentication(item));
  const settings = proxySettingsOf(mesh, proxy);
  const providers = sortProviders(
    authentications
      .filter(({ stored }) => stored.errors.length === 0)
      .flatMap(({ stored }) => compileProviders(stored)),
  );
  const policies = authorizations.map(({ stored }) =>
    compilePolicy(mesh, stored),
  );
  const enforced =
    proxy.kind === 'ztunnel'
      ? toZtunnelPolicies(policies)
      : amongSeveral(policies);
  return {
    proxy,
    policies: [
      ...authentications.map(attachment => toAttachedPolicy(attachment)),
      ...authorizations.map((attachment, index) =>
        toAttachedPolicy(attachment, policies[index]),
      ),
    ],
    providers,
    tokenPlaces: placesOf(providers),
    malformedProviders: authentications
      .filter(({ stored }) => stored.errors.length > 0)
      .map(({ stored: { resource } }) => {
        const { namespace, name } = resource.metadata;
        return `RequestAuthentication ${namespace}/${name} is malformed`;
      }),
    http: buildFilters(enforced, 'http'),
    tcp: buildFilters(enforced, 'tcp'),
    ...(proxy.kind === 'sidecar' || proxy.kind === 'ztunnel'
      ? { mutualTls: mutualTlsOf(mesh, proxy) }
      : {}),
    settings,
    opaque: [
      ...opaqueReasons(mesh, proxy),
      ...settings.unread,
      ...attached.flatMap(({ stored }) => unforeseenReasons(stored)),
    ],
  };
}

/** Kept by itself, so that a change of the root namespace's policies stops here for most proxies. */
function policiesOf(mesh: Mesh, proxy: ProxyRef): readonly Attachment[] {
  return mesh.queries.get(
    ATTACHMENTS,
    proxyKey(proxy),
    () => [
      ...attachedTo(mesh, proxy, 'RequestAuthentication'),
      ...attachedTo(mesh, proxy, 'AuthorizationPolicy'),
    ],
    sameAttachments,
  );
}

function isAuthentication({ stored }: Attachment): boolean {
  return stored.resource.kind === 'RequestAuthentication';
}

function sameAttachments(
  a: readonly Attachment[],
  b: readonly Attachment[],
): boolean {
  return (
    a.length === b.length &&
    a.every((item, i) => item.stored === b[i].stored && item.by === b[i].by)
  );
}

const attachedPolicies = new WeakMap<Stored, Map<string, AttachedPolicy>>();

/** One object per policy and way of attachment, so that unchanged programs can be told by identity. */
function toAttachedPolicy(
  { stored, by }: Attachment,
  policy?: CompiledPolicy,
): AttachedPolicy {
  let known = attachedPolicies.get(stored);
  if (!known) attachedPolicies.set(stored, (known = new Map()));
  let attached = known.get(by);
  if (!attached) {
    attached = {
      ref: refOf(stored.resource),
      by,
      ...(policy?.action ? { action: policy.action } : {}),
      ...(policy?.dryRun ? { dryRun: true } : {}),
    };
    known.set(by, attached);
  }
  return attached;
}
