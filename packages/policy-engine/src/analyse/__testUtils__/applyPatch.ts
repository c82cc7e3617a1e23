import { JsonPatchOperation } from '../..';

/** Applies a JSON Patch (RFC 6902) to a copy of a document; throws where a path leads nowhere. */
export function applyPatch<T>(
  document: T,
  operations: readonly JsonPatchOperation[],
): T {
  const copy = structuredClone(document);
  for (const operation of operations) apply(copy, operation);
  return copy;
}

function apply(document: unknown, operation: JsonPatchOperation): void {
  const keys = operation.path
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop();
  const parent = keys.reduce<unknown>(
    (node, key) => (node as Record<string, unknown>)?.[key],
    document,
  ) as Record<string, unknown> | undefined;
  if (last === undefined || typeof parent !== 'object' || parent === null) {
    throw new Error(`${operation.path} leads nowhere`);
  }
  const isThere = last in parent;
  if (operation.op !== 'add' && !isThere) {
    throw new Error(`${operation.path} is not there`);
  }
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    const removed = operation.op === 'add' ? 0 : 1;
    const added = operation.op === 'remove' ? [] : [operation.value];
    parent.splice(index, removed, ...added);
  } else if (operation.op === 'remove') {
    delete parent[last];
  } else {
    parent[last] = operation.value;
  }
}
