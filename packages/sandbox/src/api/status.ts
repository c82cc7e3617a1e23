import { qualifiedKind, qualifiedPlural, ResourceKind } from './kinds';

/** One thing that is wrong with an object. @internal */
export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

/** The API server's error body, `meta/v1 Status`. @internal */
export interface StatusBody {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    retryAfterSeconds?: number;
  };
  code?: number;
}

/** An answer of the API server that is not a success, thrown by handlers. @internal */
export class ApiError extends Error {
  readonly body: StatusBody;

  constructor(
    readonly code: number,
    reason: string,
    message: string,
    details: StatusBody['details'] = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      details,
      code,
    };
  }
}

function nameObject(kind: ResourceKind, name: string) {
  return {
    name,
    ...(kind.group ? { group: kind.group } : {}),
    kind: kind.plural,
  };
}

/** @internal */
export function notFound(kind: ResourceKind, name: string): ApiError {
  return new ApiError(
    404,
    'NotFound',
    `${qualifiedPlural(kind)} "${name}" not found`,
    nameObject(kind, name),
  );
}

/** @internal */
export function noSuchResource(): ApiError {
  return new ApiError(
    404,
    'NotFound',
    'the server could not find the requested resource',
  );
}

/** @internal */
export function alreadyExists(kind: ResourceKind, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${qualifiedPlural(kind)} "${name}" already exists`,
    nameObject(kind, name),
  );
}

/** @internal */
export function conflict(
  kind: ResourceKind,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedPlural(
      kind,
    )} "${name}": ${why}`,
    nameObject(kind, name),
  );
}

/** @internal */
export function applyConflict(
  message: string,
  causes: StatusCause[],
): ApiError {
  return new ApiError(409, 'Conflict', message, { causes });
}

/** @internal */
export function invalid(
  kind: ResourceKind,
  name: string,
  causes: StatusCause[],
): ApiError {
  const lines = causes.map(({ field, message }) =>
    field ? `${field}: ${message}` : message,
  );
  return new ApiError(
    422,
    'Invalid',
    `${qualifiedKind(kind)} "${name}" is invalid: ${
      lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
    }`,
    {
      name,
      ...(kind.group ? { group: kind.group } : {}),
      kind: kind.kind,
      causes,
    },
  );
}

/** @internal */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** @internal */
export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

/** @internal */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

/** @internal */
export function unsupportedMediaType(accepted: string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(
      ', ',
    )}`,
  );
}

/** @internal */
export function requestTooLarge(limitBytes: number): ApiError {
  return new ApiError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${limitBytes}`,
  );
}

/** The client knows a revision that this server has not reached, as after a restart. @internal */
export function revisionTooLarge(asked: number, current: number): ApiError {
  return new ApiError(
    504,
    'Timeout',
    `Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [
        {
          reason: 'ResourceVersionTooLarge',
          message: 'Too large resource version',
        },
      ],
      retryAfterSeconds: 1,
    },
  );
}

/** @internal */
export function tooManyRequests(message: string): ApiError {
  return new ApiError(429, 'TooManyRequests', message, {
    retryAfterSeconds: 1,
  });
}

/** Answer of a delete. @internal */
export function deleted(
  kind: ResourceKind,
  name: string,
  uid?: string,
): StatusBody {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...nameObject(kind, name), ...(uid ? { uid } : {}) },
  };
}

/** A query parameter that the server does not take. @internal */
export function invalidOption(field: string, message: string): ApiError {
  return new ApiError(
    422,
    'Invalid',
    `Options.meta.k8s.io "" is invalid: ${field}: ${message}`,
    {
      group: 'meta.k8s.io',
      kind: 'Options',
      causes: [{ reason: 'FieldValueInvalid', message, field }],
    },
  );
}
