import type { Request } from 'express';
import { badRequest, invalidOption } from './status';

/** Query parameters as strings; of repeated ones the first counts. @internal */
export function readQuery(request: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.query).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [[name, first]] : [];
    }),
  );
}

/** @throws ApiError 400 for what is no revision @internal */
export function readRevision(text: string | undefined): number | undefined {
  if (!text) {
    return undefined;
  }
  const revision = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(revision)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(
        text.slice(0, 64),
      )}: strconv.ParseUint: parsing ${JSON.stringify(
        text.slice(0, 64),
      )}: invalid syntax`,
    );
  }
  return revision;
}

/** Who writes: `fieldManager`, else the product in `User-Agent`, as the real server does. @internal */
export function readManager(request: Request): string {
  const { fieldManager } = readQuery(request);
  const product = (request.headers['user-agent'] ?? '').split('/')[0];
  const manager = fieldManager || product || 'unknown';
  if (manager.length > 128) {
    throw invalidOption('fieldManager', 'may not be more than 128 bytes');
  }
  return manager;
}

/** @throws ApiError 422 for anything but `All` @internal */
export function readDryRun(request: Request): boolean {
  const { dryRun } = readQuery(request);
  if (dryRun && dryRun !== 'All') {
    throw invalidOption(
      'dryRun',
      `Unsupported value: ${JSON.stringify(
        dryRun.slice(0, 64),
      )}: supported values: "All"`,
    );
  }
  return dryRun === 'All';
}

/** The real server's default is `Warn`. @internal */
export function readFieldValidation(
  request: Request,
): 'Ignore' | 'Warn' | 'Strict' {
  const { fieldValidation } = readQuery(request);
  switch (fieldValidation || 'Warn') {
    case 'Ignore':
      return 'Ignore';
    case 'Warn':
      return 'Warn';
    case 'Strict':
      return 'Strict';
    default:
      throw invalidOption(
        'fieldValidation',
        `Unsupported value: ${JSON.stringify(
          fieldValidation.slice(0, 64),
        )}: supported values: "Ignore", "Strict", "Warn"`,
      );
  }
}

/** @internal */
export function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}
