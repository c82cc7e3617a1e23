import jsonPatch from 'fast-json-patch';
import { isRecord, KubeObject } from './object';
import { ApiError, badRequest } from './status';

const MAX_OPERATIONS = 10_000;

/** An assignment to `__proto__` would change the object's prototype instead of a member. */
function listMembers(patch: Record<string, unknown>): [string, unknown][] {
  return Object.entries(patch).filter(([name]) => name !== '__proto__');
}

/** JSON merge patch, RFC 7396. @internal */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) {
    return patch;
  }
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of listMembers(patch)) {
    if (value === null) {
      delete result[name];
    } else {
      result[name] = applyMergePatch(
        Object.hasOwn(result, name) ? result[name] : undefined,
        value,
      );
    }
  }
  return result;
}

/**
 * JSON patch, RFC 6902.
 *
 * @throws ApiError 400 for what is no patch, 422 where an operation or test fails
 * @internal
 */
export function applyJsonPatch(target: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  if (patch.length > MAX_OPERATIONS) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  }
  try {
    return jsonPatch.applyPatch(structuredClone(target), patch, true)
      .newDocument;
  } catch (error) {
    throw new ApiError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${
        error instanceof Error ? error.name : 'invalid patch'
      }`,
    );
  }
}

/** Keys by which lists of built-in kinds are merged (their `patchMergeKey`). */
const MERGE_KEYS: Record<string, string[]> = {
  ports: ['containerPort', 'port'],
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
  addresses: ['type'],
};

/**
 * Strategic merge patch for the built-in kinds, reduced: merge keys from a table by field name, the
 * directives `$patch: delete|replace` on list items, everything else as a merge patch. Directives on
 * order and primitive lists are dropped.
 *
 * @internal
 */
export function applyStrategicPatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) {
    return patch;
  }
  if (patch.$patch === 'replace') {
    const { $patch, ...rest } = patch;
    return rest;
  }
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of listMembers(patch)) {
    if (name.startsWith('$')) {
      continue;
    }
    if (value === null) {
      delete result[name];
      continue;
    }
    const current = Object.hasOwn(result, name) ? result[name] : undefined;
    const mergeKey = findMergeKey(name, value);
    result[name] =
      mergeKey && Array.isArray(value)
        ? mergeList(Array.isArray(current) ? current : [], value, mergeKey)
        : applyStrategicPatch(current, value);
  }
  return result;
}

function findMergeKey(name: string, value: unknown): string | undefined {
  if (!Array.isArray(value) || !Object.hasOwn(MERGE_KEYS, name)) {
    return undefined;
  }
  return MERGE_KEYS[name].find(key =>
    value.every(item => isRecord(item) && key in item),
  );
}

function mergeList(
  current: unknown[],
  patch: Record<string, unknown>[],
  key: string,
): unknown[] {
  const result = [...current];
  for (const item of patch) {
    const index = result.findIndex(
      other => isRecord(other) && other[key] === item[key],
    );
    if (item.$patch === 'delete') {
      if (index >= 0) {
        result.splice(index, 1);
      }
    } else if (index >= 0) {
      result[index] = applyStrategicPatch(result[index], item);
    } else {
      result.push(applyStrategicPatch({}, item));
    }
  }
  return result;
}
