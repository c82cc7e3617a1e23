import { findKindByPlural, formatApiVersion, ResourceKind } from './kinds';
import { trackUpdate } from './managedFields';
import { isRecord, KubeObject } from './object';
import { applyJsonPatch, applyMergePatch, applyStrategicPatch } from './patch';
import { applyServerSide } from './serverSideApply';
import {
  badRequest,
  methodNotAllowed,
  notFound,
  unsupportedMediaType,
} from './status';
import { ObjectStore } from './store';
import { listUnknownFields, readObject, validateObject } from './validation';

/** What a write is about, from URL and query. @internal */
export interface WriteTarget {
  kind: ResourceKind;
  version: string;
  namespace?: string;
  name?: string;
  /** Query parameter `fieldManager`, or the client's product name. */
  manager: string;
  dryRun: boolean;
  fieldValidation: 'Ignore' | 'Warn' | 'Strict';
}

/** @internal */
export interface WriteResult {
  object: KubeObject;
  created: boolean;
  /** Texts for `Warning` headers. */
  warnings: string[];
}

/** Media types of PATCH. @internal */
export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const NAMESPACE = findKindByPlural('', 'v1', 'namespaces')!;

/** The writing half of the API: reads bodies, validates, tracks owners, stores. @internal */
export class ResourceWriter {
  constructor(private readonly store: ObjectStore) {}

  create(target: WriteTarget, body: unknown): WriteResult {
    const object = readObject(body, target);
    if (object.metadata.resourceVersion) {
      throw badRequest(
        'resourceVersion should not be set on objects to be created',
      );
    }
    const tracked = trackUpdate(
      undefined,
      fillDefaults(object),
      target.manager,
      undefined,
    );
    return this.#put(target, tracked, undefined);
  }

  update(target: WriteTarget, body: unknown): WriteResult {
    const object = readObject(body, target);
    const previous = this.#find(target);
    if (!previous) {
      throw notFound(target.kind, object.metadata.name);
    }
    return this.#replace(target, previous, object);
  }

  patch(target: WriteTarget, mediaType: string, body: unknown, force: boolean) {
    if (mediaType === PATCH_TYPES.apply) {
      return this.#apply(target, body, force);
    }
    const accepted: string[] = target.kind.builtIn
      ? Object.values(PATCH_TYPES)
      : [PATCH_TYPES.json, PATCH_TYPES.merge, PATCH_TYPES.apply];
    if (!accepted.includes(mediaType)) {
      throw unsupportedMediaType(accepted);
    }
    const previous = this.#find(target);
    if (!previous) {
      throw notFound(target.kind, target.name!);
    }
    const visible = {
      ...previous,
      apiVersion: formatApiVersion(target.kind.group, target.version),
    };
    if (mediaType !== PATCH_TYPES.json && !isRecord(body)) {
      throw badRequest('error decoding patch: a JSON object is needed');
    }
    let patched: unknown;
    if (mediaType === PATCH_TYPES.json) {
      patched = applyJsonPatch(visible, body);
    } else if (mediaType === PATCH_TYPES.merge) {
      patched = applyMergePatch(visible, body);
    } else {
      patched = applyStrategicPatch(visible, body);
    }
    return this.#replace(target, previous, readObject(patched, target));
  }

  /** Removes the object; a Namespace takes its content along. */
  remove(
    target: WriteTarget,
    preconditions: { uid?: string; resourceVersion?: string },
    namespacedKinds: readonly ResourceKind[],
  ): KubeObject {
    const { kind, namespace, name, dryRun } = target;
    if (!name) {
      throw methodNotAllowed();
    }
    const removed = this.store.remove(
      kind,
      namespace,
      name,
      preconditions,
      dryRun,
    );
    if (kind.kind === 'Namespace' && !dryRun) {
      for (const other of namespacedKinds) {
        for (const { metadata } of this.store.list(other, name)) {
          this.store.remove(other, name, metadata.name);
        }
      }
    }
    return removed;
  }

  #apply(target: WriteTarget, body: unknown, force: boolean): WriteResult {
    const wanted = readObject(body, target);
    if (wanted.metadata.managedFields !== undefined) {
      throw badRequest('metadata.managedFields must be nil');
    }
    const live = this.#find(target);
    const applied = applyServerSide({
      live,
      wanted,
      manager: target.manager,
      force,
    });
    const { uid, resourceVersion } = wanted.metadata;
    return this.#put(
      target,
      {
        ...applied,
        metadata: {
          ...applied.metadata,
          uid: uid ?? live?.metadata.uid,
          resourceVersion,
        },
      },
      live,
    );
  }

  #replace(
    target: WriteTarget,
    previous: KubeObject,
    object: KubeObject,
  ): WriteResult {
    const tracked = trackUpdate(
      previous,
      fillDefaults(object),
      target.manager,
      object.metadata.managedFields,
    );
    return this.#put(target, tracked, previous);
  }

  #put(
    target: WriteTarget,
    object: KubeObject,
    previous: KubeObject | undefined,
  ): WriteResult {
    const { kind, namespace, dryRun, fieldValidation } = target;
    const unknown =
      fieldValidation === 'Ignore' ? [] : listUnknownFields(kind, object);
    if (unknown.length > 0 && fieldValidation === 'Strict') {
      throw badRequest(
        `${kind.kind} in version "${target.version}" cannot be handled as a ${
          kind.kind
        }: strict decoding error: ${unknown.join(', ')}`,
      );
    }
    validateObject(kind, object);
    if (previous) {
      const stored = this.store.update(kind, object, dryRun);
      return { object: stored, created: false, warnings: unknown };
    }
    this.#requireNamespace(kind, namespace);
    const stored = this.store.create(kind, object, dryRun);
    return { object: stored, created: true, warnings: unknown };
  }

  #find({ kind, namespace, name }: WriteTarget): KubeObject | undefined {
    return name ? this.store.get(kind, namespace, name) : undefined;
  }

  #requireNamespace(kind: ResourceKind, namespace: string | undefined) {
    if (kind.namespaced && !this.store.get(NAMESPACE, undefined, namespace!)) {
      throw notFound(NAMESPACE, namespace!);
    }
  }
}

/** The few defaults that readers of the sandbox rely on. */
function fillDefaults(object: KubeObject): KubeObject {
  if (object.kind === 'Namespace' && object.apiVersion === 'v1') {
    const { metadata } = object;
    return {
      ...object,
      metadata: {
        ...metadata,
        labels: {
          ...metadata.labels,
          'kubernetes.io/metadata.name': metadata.name,
        },
      },
      spec: object.spec ?? { finalizers: ['kubernetes'] },
      status: object.status ?? { phase: 'Active' },
    };
  }
  return object;
}
