import { isRecord, KubeObject } from './object';
import { ResourceKind } from './kinds';

/** `meta.k8s.io/v1 Table`, which `kubectl get` asks for. */
interface Column {
  name: string;
  type: string;
  read(object: KubeObject): string | number;
}

const spec = (object: KubeObject): Record<string, any> =>
  isRecord(object.spec) ? object.spec : {};

const text = (name: string, read: (object: KubeObject) => unknown): Column => ({
  name,
  type: 'string',
  read: object => String(read(object) ?? ''),
});

const COLUMNS: Record<string, Column[]> = {
  Namespace: [text('Status', ({ status }: any) => status?.phase)],
  Node: [text('Status', () => 'Ready')],
  Pod: [
    text('Ready', object => {
      const total = spec(object).containers?.length ?? 0;
      return `${total}/${total}`;
    }),
    text('Status', ({ status }: any) => status?.phase),
    text('IP', ({ status }: any) => status?.podIP),
  ],
  Service: [
    text('Type', object => spec(object).type ?? 'ClusterIP'),
    text('Cluster-IP', object => spec(object).clusterIP ?? '<none>'),
    text('Port(s)', object =>
      (spec(object).ports ?? [])
        .map(
          (port: any) =>
            `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${
              port.protocol ?? 'TCP'
            }`,
        )
        .join(','),
    ),
  ],
  AuthorizationPolicy: [
    text('Action', object => spec(object).action ?? 'ALLOW'),
  ],
  VirtualService: [
    text('Gateways', object => JSON.stringify(spec(object).gateways ?? [])),
    text('Hosts', object => JSON.stringify(spec(object).hosts ?? [])),
  ],
  PeerAuthentication: [text('Mode', object => spec(object).mtls?.mode)],
};

/** @internal */
export function wantsTable(accept: string | undefined): boolean {
  return /application\/json;[^,]*\bas=Table\b/.test(accept ?? '');
}

/** @internal */
export function presentTable(
  kind: ResourceKind,
  objects: KubeObject[],
  listMetadata: Record<string, unknown>,
  include: string | undefined,
  present: (object: KubeObject) => unknown,
) {
  const columns: Column[] = [
    text('Name', ({ metadata }) => metadata.name),
    ...(COLUMNS[kind.kind] ?? []),
    text('Age', ({ metadata }) => formatAge(metadata.creationTimestamp)),
  ];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: columns.map(({ name, type }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: objects.map(object => ({
      cells: columns.map(({ read }) => read(object)),
      object:
        include === 'Object'
          ? present(object)
          : {
              kind: 'PartialObjectMetadata',
              apiVersion: 'meta.k8s.io/v1',
              metadata: object.metadata,
            },
    })),
  };
}

function formatAge(created: string | undefined): string {
  const seconds = Math.max(
    0,
    Math.floor((Date.now() - Date.parse(created ?? '')) / 1000),
  );
  if (!Number.isFinite(seconds)) {
    return '<unknown>';
  }
  if (seconds < 120) {
    return `${seconds}s`;
  }
  if (seconds < 3 * 3600) {
    return `${Math.floor(seconds / 60)}m`;
  }
  return seconds < 48 * 3600
    ? `${Math.floor(seconds / 3600)}h`
    : `${Math.floor(seconds / 86400)}d`;
}
