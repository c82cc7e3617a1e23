import { GATEWAY_API_GATEWAY } from '../../attach/kindKeys';
import { Mesh } from '../../attach/Mesh';
import { AttachedPolicy, ResourceRef } from '../../model';
import { Detector, Found, NOTHING } from '../detector';
import { nameOf } from '../rules';
import { hasMalformed } from '../traits';

export const malformed: Detector = {
  id: 'malformed',
  severity: 'error',
  title: 'A resource is malformed',
  why: 'The API server refuses such an object, or Istio skips it. What it was meant to do is not known, so verdicts that it could change are unknown.',
  fix: 'Correct the field, and check the file with `kubectl apply --dry-run=server`.',
  link: 'https://istio.io/latest/docs/reference/config/',
  inWayIn: ({ wayIn, programs }, { mesh }) => {
    const found: Found[] = [];
    wayIn.hops.forEach(({ policies }, index) => {
      if (!hasMalformed(programs[index])) return;
      for (const policy of policies) found.push(errorsOfPolicy(mesh, policy));
    });
    for (const reason of wayIn.uncertain ?? []) {
      found.push(errorsInReason(mesh, reason));
    }
    return found.length === 0 ? NOTHING : found.flat();
  },
};

const byPolicy = new WeakMap<AttachedPolicy, Found>();

/** An attachment is a new object whenever its policy changes. */
function errorsOfPolicy(mesh: Mesh, policy: AttachedPolicy): Found {
  let found = byPolicy.get(policy);
  if (!found) byPolicy.set(policy, (found = errorsOf(mesh, policy.ref)));
  return found;
}

/** A way in by a route or Gateway that cannot be read says so. */
function errorsInReason(mesh: Mesh, reason: string): Found {
  const [, kind, namespace, name] =
    /^(\S+) (\S+)\/(\S+) is malformed$/.exec(reason) ?? [];
  return name === undefined
    ? NOTHING
    : errorsOf(mesh, { kind, namespace, name });
}

function errorsOf(mesh: Mesh, ref: ResourceRef): Found {
  const kinds =
    ref.kind === 'Gateway' ? [ref.kind, GATEWAY_API_GATEWAY] : [ref.kind];
  const errors = kinds.flatMap(
    kind => mesh.stored(kind, ref.namespace ?? '', ref.name)?.errors ?? [],
  );
  return errors.map(({ message, path }) => ({
    message: `${nameOf(ref)}: ${path ? `${path} ` : ''}${message}.`,
    resource: ref,
    ...(path ? { path } : {}),
  }));
}
