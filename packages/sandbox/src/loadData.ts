import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findKindOf, RESOURCE_KINDS } from './api/kinds';
import { isRecord, KubeObject } from './api/object';
import { ObjectStore } from './api/store';
import { ResourceWriter } from './api/writes';

/** Folder of the demo mesh. @public */
// Always runs from its sources, with the data beside them.
// eslint-disable-next-line no-restricted-syntax
export const DATA_DIRECTORY = resolve(__dirname, '../data');

/**
 * Objects of every `.yaml` file of a folder, without its subfolders.
 *
 * @throws Error that names the file where YAML is broken
 * @internal
 */
export function readDataDirectory(directory = DATA_DIRECTORY): KubeObject[] {
  return readdirSync(directory)
    .filter(file => file.endsWith('.yaml'))
    .sort()
    .flatMap(file =>
      parseAllDocuments(readFileSync(join(directory, file), 'utf8')).map(
        document => {
          const object: unknown = document.toJS();
          if (document.errors.length > 0 || !isRecord(object)) {
            throw new Error(
              `${file}: ${document.errors[0]?.message ?? 'no object'}`,
            );
          }
          return object as KubeObject;
        },
      ),
    );
}

/**
 * Brings the store to exactly these objects, by writes that watches see. `kind` order decides:
 * namespaces first, policies last.
 *
 * @param beforePolicies - called when everything but policies is loaded
 * @throws ApiError where an object is refused; Error for a kind that is not served
 * @internal
 */
export function loadObjects(
  store: ObjectStore,
  objects: KubeObject[],
  beforePolicies: () => void = () => {},
): void {
  const writer = new ResourceWriter(store);
  const unknown = objects.find(object => !findKindOf(object));
  if (unknown) {
    throw new Error(
      `The sandbox does not serve ${String(unknown.apiVersion)} ${String(
        unknown.kind,
      )} (${unknown.metadata?.name})`,
    );
  }
  let policiesStarted = false;
  for (const kind of RESOURCE_KINDS) {
    if (kind.group === 'security.istio.io' && !policiesStarted) {
      policiesStarted = true;
      beforePolicies();
    }
    const wanted = objects.filter(object => findKindOf(object) === kind);
    const keep = new Set<string>();
    for (const object of wanted) {
      const { name } = object.metadata;
      const namespace = kind.namespaced
        ? object.metadata.namespace ?? 'default'
        : undefined;
      keep.add(`${namespace}/${name}`);
      const exists = store.get(kind, namespace, name) !== undefined;
      const target = {
        kind,
        version: object.apiVersion.split('/').pop()!,
        namespace,
        name,
        manager: 'sandbox',
        dryRun: false,
        fieldValidation: 'Ignore' as const,
      };
      if (exists) {
        writer.update(target, object);
      } else {
        writer.create(target, object);
      }
    }
    for (const { metadata } of store.list(kind)) {
      if (!keep.has(`${metadata.namespace}/${metadata.name}`)) {
        store.remove(kind, metadata.namespace, metadata.name);
      }
    }
  }
}
