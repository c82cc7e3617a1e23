import { isRecord } from './object';

/**
 * Field sets as `metadata.managedFields` has them. Maps are followed, lists are owned as a whole:
 * that is exact for Istio's CRDs, whose lists are atomic, and coarser than the real server for the
 * keyed lists of built-in kinds (`Service.spec.ports`, `Pod.spec.containers`).
 */

/** Paths keyed by themselves, so that a set can be searched. @internal */
export type FieldSet = Map<string, string[]>;

const UNMANAGED_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'generateName',
]);

const keyOf = (path: string[]) => JSON.stringify(path);

/** Leaf fields of an object that can have an owner. @internal */
export function collectFields(object: Record<string, unknown>): FieldSet {
  const set: FieldSet = new Map();
  const visit = (value: unknown, path: string[]) => {
    if (isRecord(value) && Object.keys(value).length > 0) {
      for (const [name, child] of Object.entries(value)) {
        if (child !== undefined) {
          visit(child, [...path, name]);
        }
      }
    } else {
      set.set(keyOf(path), path);
    }
  };
  for (const [name, value] of Object.entries(object)) {
    if (name === 'metadata' && isRecord(value)) {
      for (const [field, child] of Object.entries(value)) {
        if (!UNMANAGED_METADATA.has(field) && child !== undefined) {
          visit(child, ['metadata', field]);
        }
      }
    } else if (name !== 'apiVersion' && name !== 'kind') {
      visit(value, [name]);
    }
  }
  return set;
}

/** @internal */
export function encodeFields(set: FieldSet): Record<string, unknown> {
  const root: Record<string, any> = {};
  for (const path of set.values()) {
    let node = root;
    for (const name of path) {
      node = node[`f:${name}`] ??= {};
    }
  }
  return root;
}

/** Reads FieldsV1. Keys of list items (`k:`, `v:`) count as their list. @internal */
export function decodeFields(fields: unknown): FieldSet {
  const set: FieldSet = new Map();
  const visit = (node: unknown, path: string[]) => {
    const children = isRecord(node)
      ? Object.keys(node).filter(key => key.startsWith('f:'))
      : [];
    const isList =
      isRecord(node) && Object.keys(node).some(key => /^[kvi]:/.test(key));
    if (path.length > 0 && (children.length === 0 || isList)) {
      set.set(keyOf(path), path);
      return;
    }
    for (const key of children) {
      visit((node as Record<string, unknown>)[key], [...path, key.slice(2)]);
    }
  };
  visit(fields, []);
  return set;
}

/** Whether `path` is `root` or lies below it. @internal */
export function isWithin(path: string[], root: string[]): boolean {
  return root.every((name, index) => name === path[index]);
}

/** `set` without the given fields. @internal */
export function subtractFields(set: FieldSet, paths: string[][]): FieldSet {
  const rest = new Map(set);
  for (const path of paths) {
    rest.delete(keyOf(path));
  }
  return rest;
}

/** @internal */
export function uniteFields(a: FieldSet, b: FieldSet): FieldSet {
  return new Map([...a, ...b]);
}

/** `.spec.rules`, or `.metadata.labels.app.kubernetes.io/name` as the real server writes it. @internal */
export function formatPath(path: string[]): string {
  return path.map(name => `.${name}`).join('');
}

/** @internal */
export function readPath(object: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (node, name) =>
      isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined,
    object,
  );
}

/** A copy of `object` with the field set. @internal */
export function writePath<T extends Record<string, unknown>>(
  object: T,
  [name, ...rest]: string[],
  value: unknown,
): T {
  const child = Object.hasOwn(object, name) ? object[name] : undefined;
  return {
    ...object,
    [name]: rest.length
      ? writePath(isRecord(child) ? child : {}, rest, value)
      : value,
  };
}

/** A copy of `object` without the field, and without maps that this leaves empty. @internal */
export function removePath<T extends Record<string, unknown>>(
  object: T,
  [name, ...rest]: string[],
): T {
  if (!Object.hasOwn(object, name)) {
    return object;
  }
  const { [name]: child, ...others } = object;
  if (rest.length && isRecord(child)) {
    const pruned = removePath(child, rest);
    if (Object.keys(pruned).length > 0) {
      return { ...object, [name]: pruned };
    }
  }
  return others as T;
}
