import {
  EnablementDrift,
  EnablementService,
  NamedObject,
  ObjectAuthor,
} from 'backstage-plugin-istio-jwt-common';
import { ClusterMirror } from '../../cluster';
import { OPERATION_ANNOTATION } from '../marks';
import { Operation } from '../operation';
import { toYaml } from '../plan/describeChanges';
import { FIELD_MANAGER } from '../write/DirectWriter';
import { DriftedObject, findDrift } from './findDrift';

/** Operations that are looked at for what they left; older ones have been overwritten many times. */
export const MAX_DONE = 200;
const MAX_OBJECTS = 50;
/** What was just written may not have come back by the watch yet. */
const SETTLE_MS = 5000;

/** What is not as operations left it, for people. Empty where the picture is not to be relied on. */
export function describeDrift(
  mirror: ClusterMirror,
  service: EnablementService,
  operations: readonly Operation[],
  now = Date.now(),
): EnablementDrift[] {
  if (mirror.freshness.state.kind !== 'synced') return [];
  return findDrift(mirror.mesh, service, operations)
    .map(({ operation, objects }) => ({
      enablementId: operation.id,
      objects: objects
        .filter(
          ({ standing }) =>
            (operation.finishedAt ?? 0) < now - SETTLE_MS ||
            standing?.metadata.annotations?.[OPERATION_ANNOTATION] ===
              operation.id,
        )
        .slice(0, MAX_OBJECTS)
        .map(object => describeObject(mirror, object)),
    }))
    .filter(({ objects }) => objects.length > 0);
}

function describeObject(
  mirror: ClusterMirror,
  { kind, ref, written, standing }: DriftedObject,
): EnablementDrift['objects'][number] {
  const origin = standing && mirror.getOrigin(ref);
  const { namespace, name } = ref;
  return {
    kind,
    ref,
    ...(written ? { written: toYaml(written) } : {}),
    ...(standing ? { standing: toYaml(standing) } : {}),
    authors: origin ? listOthers(origin.authors) : [],
    ...(origin
      ? {
          object: {
            kind: ref.kind as NamedObject['kind'],
            namespace,
            name,
            uid: origin.uid,
            resourceVersion: origin.resourceVersion,
          },
        }
      : {}),
  };
}

/** Whoever wrote besides the portal. */
export function listOthers(authors: readonly ObjectAuthor[]): ObjectAuthor[] {
  return authors
    .filter(({ manager }) => manager !== FIELD_MANAGER)
    .map(({ manager, at, fields }) => ({
      manager,
      ...(at ? { at } : {}),
      fields,
    }));
}
