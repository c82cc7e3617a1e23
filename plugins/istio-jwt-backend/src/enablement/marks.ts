import { LivePolicy, PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ObjectForm, OperationChange } from './operation';

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'backstage-istio-jwt';
const SERVICE_LABEL = 'istio-jwt/service';
export const OPERATION_ANNOTATION = 'istio-jwt/operation';
const ENTITY_ANNOTATION = 'istio-jwt/entity';
const DRY_RUN_ANNOTATION = 'istio.io/dry-run';

/** Name, labels and annotations by which our objects are known. */
export function markObjects(
  service: { namespace: string; name: string },
  entityRef: string,
  operationId: string,
  /** Of a route that is created: each has objects of its own. */
  host?: string,
) {
  const key = digest([service.namespace, service.name]);
  const place = host === undefined ? key : digest([key, host]);
  const readable = `${service.namespace}-${service.name}`.slice(0, 150);
  return {
    name: `istio-jwt-${readable}-${place.slice(0, 8)}`,
    labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [SERVICE_LABEL]: key },
    annotations: {
      [OPERATION_ANNOTATION]: operationId,
      [ENTITY_ANNOTATION]: entityRef,
    },
  };
}

function digest(names: string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(names))
    .digest('hex')
    .slice(0, 16);
}

/** The object with which a policy is tried without being enforced. */
export function shadowOf(object: PolicyObject): PolicyObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        [DRY_RUN_ANNOTATION]: 'true',
      },
    },
  };
}

/** The part of an object that its author wrote, for writing it again. */
export function authoredPart({
  apiVersion,
  kind,
  metadata,
  spec,
}: {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: unknown;
}): PolicyObject {
  const { name, namespace = '', labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(annotations && Object.keys(annotations).length > 0
        ? { annotations }
        : {}),
    },
    spec,
  };
}

/** What is wanted in a form; undefined where nothing is. */
export function objectIn(
  { from, to, passage }: Pick<OperationChange, 'from' | 'to' | 'passage'>,
  form: ObjectForm,
): PolicyObject | undefined {
  switch (form) {
    case 'from':
      return from;
    case 'shadow':
      return to && shadowOf(to);
    case 'between':
      return passage?.kind === 'between' ? passage.object : to;
    default:
      return to;
  }
}

/**
 * In which form an object stands; `foreign` where somebody else made or changed it. Labels and
 * annotations that others added do not count, as long as ours are there.
 */
export function recogniseForm(
  change: OperationChange,
  live: LivePolicy | undefined,
): ObjectForm | 'foreign' {
  if (change.uid && live && live.metadata.uid !== change.uid) return 'foreign';
  const forms: ObjectForm[] = [
    'to',
    ...(change.passage?.kind === 'between' ? (['between'] as const) : []),
    ...(change.to ? (['shadow'] as const) : []),
    'from',
  ];
  return (
    forms.find(form => {
      const wanted = objectIn(change, form);
      return wanted ? live && matches(live, wanted) : !live;
    }) ?? 'foreign'
  );
}

function matches(live: LivePolicy, wanted: PolicyObject): boolean {
  const { labels, annotations } = live.metadata;
  return (
    isDeepStrictEqual(plain(live.spec), plain(wanted.spec)) &&
    holds(labels, wanted.metadata.labels) &&
    holds(annotations, wanted.metadata.annotations) &&
    annotations?.[DRY_RUN_ANNOTATION] ===
      wanted.metadata.annotations?.[DRY_RUN_ANNOTATION]
  );
}

function holds(
  live: Record<string, string> = {},
  wanted: Record<string, string> = {},
): boolean {
  return Object.entries(wanted).every(([key, value]) => live[key] === value);
}

/** As it is after a way over the wire. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
