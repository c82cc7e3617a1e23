import type { Request } from 'express';
import { parse as parseYaml } from 'yaml';
import { badRequest, unsupportedMediaType } from './status';

/** The real server's limit on request bodies, in bytes. @internal */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** @internal */
export function readMediaType(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';')[0].trim();
}

/**
 * The body as JSON or, by its media type, YAML.
 *
 * @throws ApiError 400 where it cannot be parsed, 415 for protobuf
 * @internal
 */
export function readBody(
  request: Request,
  options: { optional?: boolean } = {},
): unknown {
  const mediaType = readMediaType(request);
  const text = typeof request.body === 'string' ? request.body : '';
  if (!text.trim() && options.optional) {
    return undefined;
  }
  if (/protobuf|cbor/.test(mediaType)) {
    throw unsupportedMediaType(['application/json', 'application/yaml']);
  }
  try {
    return /yaml/.test(mediaType)
      ? parseYaml(text, { maxAliasCount: 0 })
      : JSON.parse(text);
  } catch {
    throw badRequest(
      'the object provided is unrecognized: the body could not be parsed',
    );
  }
}
