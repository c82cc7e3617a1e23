import { EnablementRequest, ResourceRef } from '../model';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { JwtProvider } from '../compile/program';
import { nameOf } from '../parse';
import { nameFor } from './buildPolicies';
import { Site } from './sites';

/** What a proxy thinks of an issuer before a plan. */
export type Trust =
  | { kind: 'none' }
  | { kind: 'trusted' }
  | { kind: 'conflict'; policy: ResourceRef; reason: string };

/** Whether a proxy trusts the issuer already, in the same way, in another way, or not at all. */
export function findTrust(
  mesh: Mesh,
  request: EnablementRequest,
  { proxy, attachment }: Site,
): Trust {
  const { issuer, standing = [] } = request;
  const name = nameFor('RequestAuthentication', request);
  const own = (policy: ResourceRef) =>
    policy.namespace === attachment.namespace &&
    (policy.name === name ||
      standing.some(
        ({ kind, namespace, name: known }) =>
          kind === policy.kind &&
          namespace === policy.namespace &&
          known === policy.name,
      ));
  const provider = compileProxy(mesh, proxy).providers.find(
    known => known.issuer === issuer.issuer && !own(known.policy),
  );
  if (!provider) return { kind: 'none' };
  return isSameTrust(provider, issuer)
    ? { kind: 'trusted' }
    : {
        kind: 'conflict',
        policy: provider.policy,
        reason: `${nameOf(provider.policy)} trusts ${
          issuer.issuer
        } already, with other audiences or other places for the token. Two rules for one issuer void the audiences of one.`,
      };
}

function isSameTrust(
  provider: JwtProvider,
  issuer: EnablementRequest['issuer'],
): boolean {
  const headers = issuer.fromHeaders?.length
    ? issuer.fromHeaders.map(
        ({ name, prefix = '' }) => `${name.toLowerCase()} ${prefix}`,
      )
    : ['authorization Bearer '];
  return (
    sameSet(provider.audiences, issuer.audiences) &&
    sameSet(
      provider.headers.map(({ name, prefix }) => `${name} ${prefix}`),
      headers,
    )
  );
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every(item => b.includes(item));
}
