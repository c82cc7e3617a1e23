import { LivePolicy, PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ObjectForm, OperationChange } from './operation';

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'backstage-istio-jwt';
const SERVICE_LABEL = 'istio-jwt/service';
export const OPERATION_ANNOTATION = 'istio-jwt/operation';
const ENTITY_ANNOTATION = 'istio-jwt/entity';
/** On what a person wrote: the operation that took it over. */
export const ADOPTED_ANNOTATION = 'istio-jwt/adopted';
const DRY_RUN_ANNOTATION = 'istio.io/dry-run';
const OWN_LABELS: readonly string[] = [MANAGED_BY_LABEL, SERVICE_LABEL];
const OWN_ANNOTATIONS: readonly string[] = [
  OPERATION_ANNOTATION,
  ENTITY_ANNOTATION,
  ADOPTED_ANNOTATION,
  DRY_RUN_ANNOTATION,
];

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

/** An object as it is, with the marks of an operation. */
export function withMarks(
  object: PolicyObject,
  {
    service,
    entityRef,
    id,
    adopted = false,
  }: {
    service: { namespace: string; name: string };
    entityRef: string;
    id: string;
    adopted?: boolean;
  },
): PolicyObject {
  const { labels, annotations } = markObjects(service, entityRef, id);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, ...labels },
      annotations: {
        ...object.metadata.annotations,
        ...annotations,
        ...(adopted ? { [ADOPTED_ANNOTATION]: id } : {}),
      },
    },
  };
}

/** An object as it is, without any mark. */
export function withoutMarks(object: PolicyObject): PolicyObject {
  const { labels, annotations } = object.metadata;
  return authoredPart({
    ...object,
    metadata: {
      ...object.metadata,
      labels: dropKeys(labels, OWN_LABELS),
      annotations: dropKeys(annotations, OWN_ANNOTATIONS),
    },
  });
}

/** Spec and marks: of a person's object, labels and annotations besides are not ours to write. */
export function ownPart(object: PolicyObject): PolicyObject {
  const { labels, annotations } = object.metadata;
  return authoredPart({
    ...object,
    metadata: {
      ...object.metadata,
      labels: keepKeys(labels, OWN_LABELS),
      annotations: keepKeys(annotations, OWN_ANNOTATIONS),
    },
  });
}

export function isMarked({
  metadata,
}: {
  metadata: { labels?: Record<string, string> };
}): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
}

export function isAdopted({ metadata }: PolicyObject): boolean {
  return metadata.annotations?.[ADOPTED_ANNOTATION] !== undefined;
}

export function isDryRun({
  metadata,
}: {
  metadata: { annotations?: Record<string, string> };
}): boolean {
  return metadata.annotations?.[DRY_RUN_ANNOTATION] !== undefined;
}

function keepKeys(
  map: Record<string, string> = {},
  keys: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).filter(([key]) => keys.includes(key)),
  );
}

function dropKeys(
  map: Record<string, string> = {},
  keys: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).filter(([key]) => !keys.includes(key)),
  );
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
  // Where nothing stood and nothing is to stand, it is wherever it was last known.
  if (!live && !change.from && !change.to)
    return change.heading ?? change.reached;
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

/** Whether an object stands as wanted: what others added besides does not count, marks do. */
export function matches(live: LivePolicy, wanted: PolicyObject): boolean {
  const { labels, annotations } = live.metadata;
  const own = wanted.metadata;
  return (
    isDeepStrictEqual(plain(live.spec), plain(wanted.spec)) &&
    holds(labels, own.labels) &&
    holds(annotations, own.annotations) &&
    OWN_LABELS.every(key => labels?.[key] === own.labels?.[key]) &&
    OWN_ANNOTATIONS.every(key => annotations?.[key] === own.annotations?.[key])
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
