import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import { PolicyObject, PolicyRef } from 'backstage-plugin-istio-jwt-node';
import { Operation } from '../operation';

/** What the last operation on an object left there. */
export interface WrittenObject {
  ref: PolicyRef;
  operation: Operation;
  /** Absent: nothing of ours. */
  object?: PolicyObject;
}

/**
 * What is to stand of operations on a service, by key of the object.
 *
 * @param operations - that are done, newest first
 */
export function listWritten(
  operations: readonly Operation[],
  service: EnablementService,
): Map<string, WrittenObject> {
  const written = new Map<string, WrittenObject>();
  for (const operation of operations) {
    if (!isOf(operation, service)) continue;
    for (const { ref, to } of operation.changes) {
      const key = keyOf(ref);
      if (written.has(key)) continue;
      written.set(key, {
        ref,
        operation,
        // What was given back is its author's again.
        ...(to && operation.intent !== 'release' ? { object: to } : {}),
      });
    }
  }
  return written;
}

export function isOf(
  { service }: Operation,
  { cluster, namespace, name }: EnablementService,
): boolean {
  return (
    service.cluster === cluster &&
    service.namespace === namespace &&
    service.name === name
  );
}

export function keyOf({
  kind,
  namespace,
  name,
}: {
  kind: string;
  namespace?: string;
  name: string;
}): string {
  return `${kind} ${namespace}/${name}`;
}
