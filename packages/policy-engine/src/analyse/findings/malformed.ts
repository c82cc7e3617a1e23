import { Detector } from '../detector';
import { nameOf } from '../rules';

export const malformed: Detector = {
  id: 'malformed',
  severity: 'error',
  title: 'A resource is malformed',
  why: 'The API server refuses such an object, or Istio skips it. What it was meant to do is not known, so verdicts that it could change are unknown.',
  fix: 'Correct the field, and check the file with `kubectl apply --dry-run=server`.',
  link: 'https://istio.io/latest/docs/reference/config/',
  inService: ({ mesh, waysIn }) => {
    const refs = waysIn.flatMap(({ wayIn }) => [
      ...wayIn.hops.flatMap(({ policies }) => policies.map(({ ref }) => ref)),
      ...(wayIn.route ? [wayIn.route] : []),
      ...(wayIn.gateway ? [wayIn.gateway] : []),
    ]);
    return refs.flatMap(ref => {
      const stored = mesh.stored(ref.kind, ref.namespace ?? '', ref.name);
      return (stored?.errors ?? []).map(({ message, path }) => ({
        message: `${nameOf(ref)}: ${path ? `${path} ` : ''}${message}.`,
        resource: ref,
        ...(path ? { path } : {}),
      }));
    });
  },
};
