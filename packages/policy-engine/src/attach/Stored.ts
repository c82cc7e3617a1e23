import { compareText } from '../compareText';
import { ParseError, Resource } from '../model';

/** An object with what validation said of it. */
export interface Stored {
  readonly resource: Resource;
  /** Empty for an object of the cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly errors: readonly ParseError[];
}

/** By namespace and name, so that no answer depends on the order in which objects came. */
export function compareStored(a: Stored, b: Stored): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

/** Whether both stand for one object: a route of the Gateway API is there once for each host that it names. */
export function isSameObject(a: Stored, b: Stored): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.resource.kind === b.resource.kind
  );
}
