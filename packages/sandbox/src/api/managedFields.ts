import { isDeepStrictEqual } from 'node:util';
import {
  collectFields,
  decodeFields,
  encodeFields,
  FieldSet,
  readPath,
  subtractFields,
  uniteFields,
} from './fieldSet';
import { isRecord, KubeObject, ManagedFieldsEntry } from './object';
import { formatTime } from './store';

/** One manager's entry with its fields decoded. @internal */
export interface Ownership {
  entry: ManagedFieldsEntry;
  fields: FieldSet;
}

const MAX_MANAGERS = 32;

/** @internal */
export function readOwnership(object: KubeObject | undefined): Ownership[] {
  const entries = object?.metadata.managedFields;
  return (Array.isArray(entries) ? entries : [])
    .filter(entry => isRecord(entry) && entry.manager && entry.operation)
    .map(entry => ({ entry, fields: decodeFields(entry.fieldsV1) }));
}

/** @internal */
export function writeOwnership(
  object: KubeObject,
  ownership: Ownership[],
): KubeObject {
  const managedFields = ownership
    .filter(({ fields }) => fields.size > 0)
    .slice(-MAX_MANAGERS)
    .map(({ entry, fields }) => ({
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      time: entry.time,
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFields(fields),
      ...(entry.subresource ? { subresource: entry.subresource } : {}),
    }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/**
 * Ownership after a create, update or patch: the writer gets the fields whose values it changed, and
 * takes them from everyone else; fields that are gone have no owner.
 *
 * @param incoming - `metadata.managedFields` as the client sent it: a list that is not empty replaces
 * what was recorded, and `[{}]` clears it.
 * @internal
 */
export function trackUpdate(
  previous: KubeObject | undefined,
  next: KubeObject,
  manager: string,
  incoming: ManagedFieldsEntry[] | undefined,
): KubeObject {
  const ownership = incoming?.length
    ? readOwnership(next)
    : readOwnership(previous);
  const before = previous ? collectFields(previous) : new Map();
  const after = collectFields(next);
  const changed: FieldSet = new Map(
    [...after].filter(
      ([key, path]) =>
        !before.has(key) ||
        !isDeepStrictEqual(readPath(previous, path), readPath(next, path)),
    ),
  );
  const gone = [...before]
    .filter(([key]) => !after.has(key))
    .map(([, path]) => path);
  const lost = [...changed.values(), ...gone];
  const remaining = ownership.map(({ entry, fields }) => ({
    entry,
    fields:
      entry.manager === manager && entry.operation === 'Update'
        ? subtractFields(fields, gone)
        : subtractFields(fields, lost),
  }));
  if (changed.size === 0) {
    return writeOwnership(next, remaining);
  }
  const own = remaining.find(
    ({ entry }) => entry.manager === manager && entry.operation === 'Update',
  );
  return writeOwnership(next, [
    ...remaining.filter(other => other !== own),
    {
      entry: {
        manager,
        operation: 'Update',
        apiVersion: next.apiVersion,
        time: formatTime(new Date()),
      },
      fields: uniteFields(own?.fields ?? new Map(), changed),
    },
  ]);
}
