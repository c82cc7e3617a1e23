import { Mesh, WayInAssessment } from 'istio-jwt-policy-engine';
import { createHash } from 'node:crypto';
import { selectRelevantPolicies } from './relevantPolicies';

/** Every probe of a way in asks for it. */
const digests = new WeakMap<
  WayInAssessment,
  { mesh: Mesh; revision: number; digest: string }
>();

/**
 * Digest of everything that a way in's verdict was derived from. An observation made under another
 * digest says nothing about the present configuration.
 */
export function digestConfiguration(
  mesh: Mesh,
  wayIn: WayInAssessment,
): string {
  const known = digests.get(wayIn);
  if (known?.mesh === mesh && known.revision === mesh.revision) {
    return known.digest;
  }
  const digest = computeDigest(mesh, wayIn);
  digests.set(wayIn, { mesh, revision: mesh.revision, digest });
  return digest;
}

function computeDigest(mesh: Mesh, wayIn: WayInAssessment): string {
  const relevant = wayIn.hops.map(hop =>
    selectRelevantPolicies(mesh, wayIn, hop),
  );
  const refs = [
    wayIn.gateway,
    wayIn.route,
    ...relevant.flat().map(policy => policy.ref),
  ];
  const { id, host, port, protocol, paths, state, exposures, hops } = wayIn;
  return createHash('sha256')
    .update(
      JSON.stringify([
        { id, host, port, protocol, paths, state, exposures },
        // Labels of a workload change with every rollout; what they select is in the policies.
        hops.map(({ proxy: { labels, ...proxy }, ...hop }, index) => [
          proxy,
          { ...hop, policies: relevant[index] },
        ]),
        refs.map(ref => {
          const resource = ref && mesh.get(ref);
          return resource
            ? [ref, resource.spec, resource.metadata.annotations]
            : [ref];
        }),
      ]),
    )
    .digest('base64url')
    .slice(0, 22);
}
