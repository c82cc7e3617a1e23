import { Advisory, ADVISORIES, FALLBACK_KEY, isAffected } from '../advisories';
import { Detector, DetectorContext, Found, NOTHING } from '../detector';
import { istiodVersions } from '../../attach/istiodVersions';
import { enforcedRules } from '../rules';

export const istioVulnerable: Detector = {
  id: 'istio-vulnerable',
  severity: 'warning',
  title:
    'The version of Istio has a published weakness that touches this service',
  why: 'Istio and Envoy publish what their older versions get wrong. Named here is what concerns JWT and AuthorizationPolicy, and only where policies on the way use the feature concerned.',
  fix: 'Update Istio: control plane and proxies.',
  link: 'https://istio.io/latest/news/security/',
  inService: context => describeAffected(ADVISORIES, context),
};

export const fallbackKey: Detector = {
  id: 'fallback-key',
  severity: 'error',
  title: 'Tokens can be forged while the key set cannot be read',
  why: "Where istiod cannot read an issuer's key set it installs a public key that nobody is meant to have the private part of. Before the fix of CVE-2026-31837 that private part was in Istio's source.",
  fix: 'Update istiod to 1.27.8, 1.28.5, 1.29.1 or later, or write the key set into `jwks` until then.',
  link: FALLBACK_KEY.link,
  inService: context => describeAffected([FALLBACK_KEY], context),
};

/** Says nothing where a version is not known. */
function describeAffected(
  advisories: readonly Advisory[],
  { mesh, proxies }: DetectorContext,
): Found {
  if (proxies.length === 0) return NOTHING;
  const versions = istiodVersions(mesh);
  if (!versions) return NOTHING;
  return advisories.flatMap((advisory): Found => {
    const bad = versions.filter(version => isAffected(version, advisory));
    if (bad.length === 0) return NOTHING;
    const applies = proxies.some(({ program }) =>
      advisory.applies(program.providers, enforcedRules(program)),
    );
    if (!applies) return NOTHING;
    const all = versions.length === bad.length;
    return [
      {
        message: `istiod ${bad.join(', ')}${
          all ? '' : ' (others run beside it)'
        } has ${advisory.id}: ${
          advisory.effect
        }. Fixed in ${advisory.fixed.join(', ')}.`,
        ...(all ? {} : { severity: 'warning' as const }),
      },
    ];
  });
}
