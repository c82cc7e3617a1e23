import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import { LivePolicy, PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { Mesh, Resource } from 'istio-jwt-policy-engine';
import {
  authoredPart,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  markObjects,
  matches,
} from '../marks';
import { Operation } from '../operation';
import { isOf, keyOf, listWritten, WrittenObject } from './listWritten';

/** An object that is not as operations left it. */
export interface DriftedObject {
  kind: 'edited' | 'deleted' | 'extra';
  ref: WrittenObject['ref'];
  /** Absent for `extra`. */
  written?: PolicyObject;
  /** Absent for `deleted`. */
  standing?: PolicyObject;
}

/** What differs of one operation. */
export interface Drift {
  operation: Operation;
  /** All that the operation is to have left. */
  written: WrittenObject[];
  objects: DriftedObject[];
}

/**
 * Compares what stands with what operations left, for one service. Marked objects that no operation
 * left count to the newest one.
 *
 * @param operations - that are done, newest first
 */
export function findDrift(
  mesh: Mesh,
  service: EnablementService,
  operations: readonly Operation[],
): Drift[] {
  const newest = operations.find(operation => isOf(operation, service));
  if (!newest) return [];
  const written = listWritten(operations, service);
  const groups = new Map<string, Drift>();
  const groupOf = (operation: Operation): Drift => {
    const known = groups.get(operation.id) ?? {
      operation,
      written: [...written.values()].filter(
        each => each.operation.id === operation.id && each.object,
      ),
      objects: [],
    };
    groups.set(operation.id, known);
    return known;
  };
  for (const { ref, operation, object } of written.values()) {
    const live = mesh.get(ref);
    if (!object) continue;
    if (!live) {
      groupOf(operation).objects.push({
        kind: 'deleted',
        ref,
        written: object,
      });
    } else if (!matches(live as LivePolicy, object)) {
      groupOf(operation).objects.push({
        kind: 'edited',
        ref,
        written: object,
        standing: authoredPart(live),
      });
    }
  }
  const inForce = [...written.values()].find(({ object }) => object);
  for (const live of listMarked(mesh, service)) {
    const { apiVersion, kind, metadata } = live;
    const { name, namespace = '' } = metadata;
    const ref = { apiVersion, kind, namespace, name };
    if (!written.get(keyOf(ref))?.object) {
      groupOf(inForce?.operation ?? newest).objects.push({
        kind: 'extra',
        ref,
        standing: authoredPart(live),
      });
    }
  }
  return [...groups.values()];
}

/** Objects that carry our marks for a service. */
export function listMarked(
  mesh: Mesh,
  service: { namespace: string; name: string },
): Resource[] {
  const { labels } = markObjects(service, '', '');
  return ['RequestAuthentication', 'AuthorizationPolicy']
    .flatMap(kind => mesh.list(kind))
    .filter(
      ({ metadata }) =>
        metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY &&
        Object.entries(labels).every(
          ([key, value]) => metadata.labels?.[key] === value,
        ),
    );
}
