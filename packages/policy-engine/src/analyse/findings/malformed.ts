import { Mesh } from '../../attach/Mesh';
import { AttachedPolicy, ResourceRef } from '../../model';
import { Detector, Found, NOTHING } from '../detector';
import { nameOf } from '../rules';

export const malformed: Detector = {
  id: 'malformed',
  severity: 'error',
  title: 'A resource is malformed',
  why: 'The API server refuses such an object, or Istio skips it. What it was meant to do is not known, so verdicts that it could change are unknown.',
  fix: 'Correct the field, and check the file with `kubectl apply --dry-run=server`.',
  link: 'https://istio.io/latest/docs/reference/config/',
  inWayIn: ({ wayIn }, { mesh }) => {
    const found: Found[] = [];
    for (const { policies } of wayIn.hops) {
      for (const policy of policies) found.push(errorsOfPolicy(mesh, policy));
    }
    if (wayIn.route) found.push(errorsOf(mesh, wayIn.route));
    if (wayIn.gateway) found.push(errorsOf(mesh, wayIn.gateway));
    return found.every(list => list.length === 0) ? NOTHING : found.flat();
  },
};

const byPolicy = new WeakMap<AttachedPolicy, Found>();

/** An attachment is a new object whenever its policy changes. */
function errorsOfPolicy(mesh: Mesh, policy: AttachedPolicy): Found {
  let found = byPolicy.get(policy);
  if (!found) byPolicy.set(policy, (found = errorsOf(mesh, policy.ref)));
  return found;
}

function errorsOf(mesh: Mesh, ref: ResourceRef): Found {
  const stored = mesh.stored(ref.kind, ref.namespace ?? '', ref.name);
  if (!stored || stored.errors.length === 0) return NOTHING;
  return stored.errors.map(({ message, path }) => ({
    message: `${nameOf(ref)}: ${path ? `${path} ` : ''}${message}.`,
    resource: ref,
    ...(path ? { path } : {}),
  }));
}
