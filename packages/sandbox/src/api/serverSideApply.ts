import { isDeepStrictEqual } from 'node:util';
import {
  collectFields,
  FieldSet,
  formatPath,
  isWithin,
  readPath,
  removePath,
  subtractFields,
  writePath,
} from './fieldSet';
import { Ownership, readOwnership, writeOwnership } from './managedFields';
import { isRecord, KubeObject } from './object';
import { applyConflict, StatusCause } from './status';
import { formatTime } from './store';

/** @internal */
export interface ApplyRequest {
  /** Object now, if there is one. */
  live?: KubeObject;
  /** What the manager wants; fields it leaves out are given up. */
  wanted: KubeObject;
  manager: string;
  /** Takes conflicting fields from their owners. */
  force: boolean;
}

/**
 * Server-side apply (Kubernetes' "Server-Side Apply", merge semantics) by leaf path; lists are
 * atomic, see `fieldSet.ts`.
 *
 * @throws ApiError 409 with one `FieldManagerConflict` cause per field that somebody else set to
 * another value, unless `force`
 * @internal
 */
export function applyServerSide(request: ApplyRequest): KubeObject {
  const { live, wanted, manager, force } = request;
  const ownership = readOwnership(live);
  const own = ownership.find(
    ({ entry }) => entry.manager === manager && entry.operation === 'Apply',
  );
  const fields = collectFields(wanted);
  const conflicts = findConflicts(live, wanted, fields, ownership, own);
  if (conflicts.length > 0 && !force) {
    throw describeConflicts(conflicts);
  }
  const others = ownership
    .filter(owner => owner !== own)
    .map(owner => ({
      entry: owner.entry,
      fields: subtractFields(
        owner.fields,
        conflicts.filter(hit => hit.owner === owner).map(hit => hit.owned),
      ),
    }));

  let merged: KubeObject = live ?? {
    ...wanted,
    metadata: {
      name: wanted.metadata.name,
      namespace: wanted.metadata.namespace,
    },
  };
  const kept = [fields, ...others.map(owner => owner.fields)];
  for (const path of own?.fields.values() ?? []) {
    const isOwned = kept.some(set =>
      [...set.values()].some(other => isWithin(other, path)),
    );
    if (!isOwned) {
      merged = removePath(merged, path);
    }
  }
  for (const path of fields.values()) {
    if (!isSatisfied(merged, wanted, path)) {
      merged = writePath(merged, path, readPath(wanted, path));
    }
  }
  const unchanged =
    own && fields.size === own.fields.size
      ? [...fields.keys()].every(key => own.fields.has(key))
      : false;
  return writeOwnership(merged, [
    {
      entry: {
        manager,
        operation: 'Apply',
        apiVersion: wanted.apiVersion,
        // An apply that changes nothing must not count as a write.
        time: unchanged ? own?.entry.time : formatTime(new Date()),
      },
      fields,
    },
    ...others,
  ]);
}

interface ApplyConflict {
  owner: Ownership;
  /** Field that is wanted, and the owner's field that stands against it. */
  path: string[];
  owned: string[];
}

/** An empty map only asks that there be a map. */
function isSatisfied(object: KubeObject, wanted: KubeObject, path: string[]) {
  const now = readPath(object, path);
  const value = readPath(wanted, path);
  return (
    isDeepStrictEqual(now, value) ||
    (isRecord(now) && isRecord(value) && Object.keys(value).length === 0)
  );
}

function findConflicts(
  live: KubeObject | undefined,
  wanted: KubeObject,
  fields: FieldSet,
  ownership: Ownership[],
  own: Ownership | undefined,
): ApplyConflict[] {
  if (!live) {
    return [];
  }
  return [...fields.values()]
    .filter(path => !isSatisfied(live, wanted, path))
    .flatMap(path =>
      ownership
        .filter(owner => owner !== own)
        .flatMap(owner =>
          [...owner.fields.values()]
            .filter(
              owned =>
                isWithin(owned, path) ||
                (isWithin(path, owned) && !isRecord(readPath(live, owned))),
            )
            .map(owned => ({ owner, path, owned })),
        ),
    );
}

function describeConflicts(conflicts: ApplyConflict[]) {
  const causes: StatusCause[] = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeManager(owner)}`,
    field: formatPath(path),
  }));
  if (causes.length === 1) {
    return applyConflict(
      `Apply failed with 1 conflict: ${causes[0].message}: ${causes[0].field}`,
      causes,
    );
  }
  const byManager = new Map<string, string[]>();
  for (const { owner, path } of conflicts) {
    const manager = describeManager(owner);
    byManager.set(manager, [
      ...(byManager.get(manager) ?? []),
      `- ${formatPath(path)}`,
    ]);
  }
  const lines = [...byManager].flatMap(([manager, paths]) => [
    `conflicts with ${manager}:`,
    ...paths,
  ]);
  return applyConflict(
    `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`,
    causes,
  );
}

function describeManager({ entry }: Ownership): string {
  const manager = JSON.stringify(entry.manager);
  if (entry.operation === 'Apply') {
    return manager;
  }
  const using = `${manager} using ${entry.apiVersion}`;
  return entry.time ? `${using} at ${entry.time}` : using;
}
