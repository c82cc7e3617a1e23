import { ParseResult, Resource, ResourceOrigin } from '../model';
import { Reader } from './reader';
import { validateResource } from './validateResource';
import { withoutNulls } from './withoutNulls';

const MAX_LIST_DEPTH = 3;

/** Of kubectl, where it is told of no other. */
export const DEFAULT_NAMESPACE = 'default';

const CLUSTER_SCOPED = new Set([
  'Namespace',
  'Node',
  'GatewayClass',
  'IngressClass',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ClusterRole',
  'ClusterRoleBinding',
  'PersistentVolume',
]);

/**
 * Reads Kubernetes objects, such as an API server's answer. Lists (`kind: List`, `PodList`…) are
 * opened. Never throws. A malformed object with a usable name is kept and also reported: a proxy
 * that it might reach must not look as if the object were absent.
 *
 * @public
 */
export function parseObjects(objects: unknown[]): ParseResult {
  const result: ParseResult = { resources: [], errors: [] };
  for (const object of Array.isArray(objects) ? objects : []) {
    readObject(object, undefined, result, 0);
  }
  return result;
}

/**
 * @internal
 *
 * @param unnamed - namespace of objects that name none
 */
export function readObject(
  value: unknown,
  origin: ResourceOrigin | undefined,
  result: ParseResult,
  depth: number,
  unnamed = DEFAULT_NAMESPACE,
): void {
  const reader = new Reader();
  const object = reader.object(value, '');
  const located = origin ? { origin } : {};
  if (!object) {
    result.errors.push({ message: 'is no Kubernetes object', ...located });
    return;
  }
  if (Array.isArray(object.items) && depth < MAX_LIST_DEPTH) {
    const list = typeof object.kind === 'string' ? object.kind : '';
    const kind = list.replace(/List$/, '');
    for (const item of object.items) {
      // Items of a typed list (`PodList`) come without kind and apiVersion.
      const typed =
        kind && item && typeof item === 'object' && !('kind' in item)
          ? { kind, apiVersion: object.apiVersion, ...item }
          : item;
      readObject(typed, origin, result, depth + 1, unnamed);
    }
    return;
  }
  const resource = readResource(reader, object, unnamed);
  if (!resource) {
    result.errors.push(
      ...reader.errors.map(error => ({ ...error, ...located })),
    );
    return;
  }
  if (origin) resource.origin = origin;
  result.resources.push(resource);
  result.errors.push(...validateResource(resource));
}

function readResource(
  reader: Reader,
  object: Record<string, unknown>,
  unnamed: string,
): Resource | undefined {
  const kind = reader.string(object.kind, 'kind');
  const apiVersion = reader.string(object.apiVersion, 'apiVersion');
  const metadata = reader.object(object.metadata, 'metadata');
  const name = reader.string(metadata?.name, 'metadata.name');
  const namespace = reader.string(metadata?.namespace, 'metadata.namespace');
  if (!kind) reader.report('kind', 'must be set');
  if (!apiVersion) reader.report('apiVersion', 'must be set');
  if (!name) reader.report('metadata.name', 'must be set');
  if (reader.errors.length > 0 || !kind || !apiVersion || !name) {
    return undefined;
  }
  const { spec, ...rest } = withoutNulls(object);
  return {
    ...rest,
    kind,
    apiVersion,
    metadata: {
      ...(rest.metadata as object),
      name,
      ...(CLUSTER_SCOPED.has(kind) ? {} : { namespace: namespace || unnamed }),
    },
    spec,
  } as Resource;
}
