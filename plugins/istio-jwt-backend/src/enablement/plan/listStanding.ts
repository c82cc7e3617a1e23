import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { Mesh, ResourceRef } from 'istio-jwt-policy-engine';
import { isDeepStrictEqual } from 'node:util';
import { OPERATION_ANNOTATION } from '../marks';
import { Operation, OperationChange } from '../operation';

type Standing =
  | {
      ok: true;
      /** Of the earlier operation, those whose objects stand there. */
      changes: OperationChange[];
      /** Objects of it that are gone. */
      missing: number;
    }
  | {
      ok: false;
      reason: string;
      alternatives: string[];
      conflicts: ResourceRef[];
    };

/** What stands of what an operation wrote, where nobody changed it. */
export function listStanding(mesh: Mesh, earlier: Operation): Standing {
  const written = earlier.changes.filter(({ to }) => to);
  const standing = written.filter(({ ref }) => mesh.get(ref));
  const foreign = standing.filter(
    ({ ref, to }) => !to || !isAsWritten(mesh, ref, to),
  );
  if (foreign.length > 0) {
    return {
      ok: false,
      reason:
        'Somebody changed what this operation wrote, so it is not touched blindly.',
      alternatives: [
        'Bring back what was written, or accept what stands, first.',
      ],
      conflicts: foreign.map(({ ref }) => ref),
    };
  }
  return standing.length > 0
    ? {
        ok: true,
        changes: standing,
        missing: written.length - standing.length,
      }
    : {
        ok: false,
        reason: 'Nothing of what this operation wrote stands there any more.',
        alternatives: [],
        conflicts: [],
      };
}

function isAsWritten(
  mesh: Mesh,
  ref: OperationChange['ref'],
  wanted: PolicyObject,
): boolean {
  const live = mesh.get(ref);
  return (
    live !== undefined &&
    live.metadata.annotations?.[OPERATION_ANNOTATION] ===
      wanted.metadata.annotations?.[OPERATION_ANNOTATION] &&
    isDeepStrictEqual(
      JSON.parse(JSON.stringify(live.spec ?? null)),
      JSON.parse(JSON.stringify(wanted.spec ?? null)),
    )
  );
}
