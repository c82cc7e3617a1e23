import { isRecord } from './object';
import { StatusCause } from './status';

/**
 * The part of OpenAPI v3 that CRDs use, plus `rules` in the place of CEL
 * (`x-kubernetes-validations`).
 *
 * @internal
 */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'boolean' | 'integer';
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  required?: string[];
  enum?: string[];
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  pattern?: string;
  rules?: { message: string; holds: (value: any) => boolean }[];
}

const MAX_CAUSES = 32;

/** What an API server would find wrong, in its words and reasons. @internal */
export function validateSchema(
  schema: Schema,
  value: unknown,
  path: string,
): StatusCause[] {
  const causes: StatusCause[] = [];
  visit(schema, value, path, causes);
  return causes.slice(0, MAX_CAUSES);
}

/** Paths of fields that the schema does not know, as strict decoding reports them. @internal */
export function findUnknownFields(
  schema: Schema,
  value: unknown,
  path: string,
): string[] {
  if (Array.isArray(value)) {
    return schema.items
      ? value.flatMap((item, index) =>
          findUnknownFields(schema.items!, item, `${path}[${index}]`),
        )
      : [];
  }
  if (!isRecord(value) || !schema.properties) {
    return [];
  }
  return Object.entries(value).flatMap(([name, child]) => {
    const known = Object.hasOwn(schema.properties!, name)
      ? schema.properties![name]
      : undefined;
    return known
      ? findUnknownFields(known, child, `${path}.${name}`)
      : [`${path}.${name}`];
  });
}

function visit(
  schema: Schema,
  value: unknown,
  path: string,
  causes: StatusCause[],
) {
  const report = (reason: string, message: string, field = path) =>
    causes.push({ reason, message, field });
  const shown = describeValue(value);
  if (schema.type && typeOf(value) !== schema.type) {
    report(
      'FieldValueTypeInvalid',
      `Invalid value: "${typeOf(value)}": ${path} in body must be of type ${
        schema.type
      }: "${typeOf(value)}"`,
    );
    return;
  }
  if (schema.enum && !schema.enum.includes(value as string)) {
    report(
      'FieldValueNotSupported',
      `Unsupported value: ${shown}: supported values: ${schema.enum
        .map(item => JSON.stringify(item))
        .join(', ')}`,
    );
  }
  if (typeof value === 'string') {
    visitString(schema, value, path, report);
  }
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > schema.maxItems) {
      report(
        'FieldValueTooMany',
        `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
      );
      return;
    }
    value.forEach((item, index) =>
      visit(schema.items ?? {}, item, `${path}[${index}]`, causes),
    );
  }
  if (isRecord(value)) {
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) {
        report('FieldValueRequired', 'Required value', `${path}.${name}`);
      }
    }
    for (const [name, child] of Object.entries(value)) {
      const childSchema =
        schema.properties && Object.hasOwn(schema.properties, name)
          ? schema.properties[name]
          : schema.additionalProperties;
      if (childSchema) {
        visit(childSchema, child, `${path}.${name}`, causes);
      }
    }
  }
  for (const rule of schema.rules ?? []) {
    if (!rule.holds(value)) {
      report(
        'FieldValueInvalid',
        `Invalid value: ${isRecord(value) ? '"object"' : shown}: ${
          rule.message
        }`,
      );
    }
  }
}

function visitString(
  schema: Schema,
  value: string,
  path: string,
  report: (reason: string, message: string) => void,
) {
  if (schema.minLength !== undefined && value.length < schema.minLength) {
    report(
      'FieldValueInvalid',
      `Invalid value: ${describeValue(
        value,
      )}: ${path} in body should be at least ${schema.minLength} chars long`,
    );
  }
  if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    report(
      'FieldValueTooLong',
      `Too long: may not be more than ${schema.maxLength} bytes`,
    );
  }
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) {
    report(
      'FieldValueInvalid',
      `Invalid value: ${describeValue(value)}: ${path} in body should match '${
        schema.pattern
      }'`,
    );
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) {
    return 'array';
  }
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? 'integer' : 'number';
  }
  return typeof value;
}

function describeValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
