import { formatApiVersion, ResourceKind } from './kinds';
import { isRecord, KubeObject } from './object';
import { findUnknownFields, validateSchema } from './schema';
import { SPEC_SCHEMAS } from './schemas';
import { badRequest, invalid, StatusCause } from './status';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_VALUE = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';
const LABEL_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const MAX_ANNOTATION_BYTES = 256 * 1024;

/** What a client sent as an object, before anything is known of it. @internal */
export interface ExpectedObject {
  kind: ResourceKind;
  version: string;
  namespace?: string;
  /** Absent on create. */
  name?: string;
}

/**
 * Checks type, names and metadata against the URL and returns the object under its storage version.
 *
 * @throws ApiError 400 where body and URL name different things
 * @internal
 */
export function readObject(
  body: unknown,
  expected: ExpectedObject,
): KubeObject {
  const { kind, version } = expected;
  const wantedVersion = formatApiVersion(kind.group, version);
  if (!isRecord(body)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): expected a JSON object`,
    );
  }
  if (
    (body.kind !== undefined && body.kind !== kind.kind) ||
    (body.apiVersion !== undefined && body.apiVersion !== wantedVersion)
  ) {
    throw badRequest(
      `the API version in the data (${describe(
        body.apiVersion,
      )}, Kind=${describe(
        body.kind,
      )}) does not match the expected API version (${wantedVersion}, Kind=${
        kind.kind
      })`,
    );
  }
  const metadata = isRecord(body.metadata) ? { ...body.metadata } : {};
  for (const field of ['labels', 'annotations'] as const) {
    const values = metadata[field];
    if (values === undefined || values === null) {
      delete metadata[field];
    } else if (
      !isRecord(values) ||
      !Object.values(values).every(value => typeof value === 'string')
    ) {
      throw badRequest(
        `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: metadata.${field} must be a map of strings to strings`,
      );
    }
  }
  if (!metadata.name && typeof metadata.generateName === 'string') {
    const random = Math.random().toString(36).slice(2, 7).padEnd(5, '0');
    metadata.name = `${metadata.generateName}${random}`;
  }
  if (expected.name && metadata.name && metadata.name !== expected.name) {
    throw badRequest(
      `the name of the object (${describe(
        metadata.name,
      )}) does not match the name on the URL (${expected.name})`,
    );
  }
  if (
    kind.namespaced &&
    metadata.namespace &&
    metadata.namespace !== expected.namespace
  ) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  const { namespace: _, ...others } = metadata;
  return {
    ...body,
    apiVersion: formatApiVersion(kind.group, kind.versions[0]),
    kind: kind.kind,
    metadata: {
      ...others,
      name: (metadata.name as string | undefined) ?? expected.name ?? '',
      ...(kind.namespaced ? { namespace: expected.namespace } : {}),
    },
  };
}

/**
 * @throws ApiError 422 with one cause per fault
 * @internal
 */
export function validateObject(kind: ResourceKind, object: KubeObject): void {
  const schema = kind.builtIn ? undefined : SPEC_SCHEMAS[kind.kind];
  const causes = [
    ...validateMetadata(kind, object),
    ...(schema && object.spec !== undefined
      ? validateSchema(schema, object.spec, 'spec')
      : []),
    ...(kind.kind === 'Service' ? validateService(object) : []),
  ];
  if (causes.length > 0) {
    throw invalid(kind, String(object.metadata.name), causes);
  }
}

/** Messages on fields that the kind's schema does not know. @internal */
export function listUnknownFields(
  kind: ResourceKind,
  object: KubeObject,
): string[] {
  const schema = kind.builtIn ? undefined : SPEC_SCHEMAS[kind.kind];
  return schema
    ? findUnknownFields(schema, object.spec, 'spec').map(
        path => `unknown field "${path}"`,
      )
    : [];
}

function validateMetadata(
  kind: ResourceKind,
  { metadata }: KubeObject,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const { name } = metadata;
  if (!name) {
    causes.push({
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    });
  } else {
    const fault = checkName(kind, name);
    if (fault) {
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${describe(name, true)}: ${fault}`,
        field: 'metadata.name',
      });
    }
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (!isQualifiedName(key)) {
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${describe(
          key,
          true,
        )}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
        field: 'metadata.labels',
      });
    }
    if (value.length > 63 || !matches(LABEL_VALUE, value)) {
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${describe(
          value,
          true,
        )}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
        field: 'metadata.labels',
      });
    }
  }
  const annotationBytes = Buffer.byteLength(
    JSON.stringify(metadata.annotations ?? {}),
  );
  if (annotationBytes > MAX_ANNOTATION_BYTES) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`,
      field: 'metadata.annotations',
    });
  }
  return causes;
}

function checkName(kind: ResourceKind, name: unknown): string | undefined {
  if (typeof name !== 'string') {
    return 'must be a string';
  }
  if (kind.builtIn && kind.kind === 'Service') {
    return name.length <= 63 && matches(DNS_1035, name)
      ? undefined
      : `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${DNS_1035}')`;
  }
  if (kind.kind === 'Namespace') {
    return name.length <= 63 && matches(LABEL, name)
      ? undefined
      : `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
  }
  return name.length <= 253 && matches(SUBDOMAIN, name)
    ? undefined
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
}

function validateService(object: KubeObject): StatusCause[] {
  const ports = isRecord(object.spec) ? object.spec.ports : undefined;
  if (!Array.isArray(ports) || ports.length === 0) {
    return [
      {
        reason: 'FieldValueRequired',
        message: 'Required value',
        field: 'spec.ports',
      },
    ];
  }
  return ports.flatMap((port, index) => {
    const value = isRecord(port) ? port.port : undefined;
    return Number.isInteger(value) &&
      (value as number) >= 1 &&
      (value as number) <= 65535
      ? []
      : [
          {
            reason: 'FieldValueInvalid',
            message: `Invalid value: ${describe(
              value,
              true,
            )}: must be between 1 and 65535, inclusive`,
            field: `spec.ports[${index}].port`,
          },
        ];
  });
}

function isQualifiedName(key: string): boolean {
  const [name, prefix, ...rest] = key.split('/').reverse();
  return (
    rest.length === 0 &&
    name.length <= 63 &&
    matches(LABEL_NAME, name) &&
    (prefix === undefined ||
      (prefix.length <= 253 && matches(SUBDOMAIN, prefix)))
  );
}

function matches(pattern: string, value: string): boolean {
  return new RegExp(`^${pattern}$`).test(value);
}

function describe(value: unknown, quoted = false): string {
  const text = String(value ?? '').slice(0, 253);
  return quoted ? JSON.stringify(text) : text;
}
