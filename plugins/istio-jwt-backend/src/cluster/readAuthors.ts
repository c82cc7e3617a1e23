/** Who wrote which parts of an object, as its managed fields tell. */
export interface FieldAuthor {
  /** Field manager, such as `kubectl-edit`. */
  manager: string;
  operation: 'Apply' | 'Update';
  /** ISO 8601, of its last write. */
  at?: string;
  /** Such as `spec.rules` and `metadata.labels`. */
  fields: string[];
}

const MAX_AUTHORS = 10;
const MAX_FIELDS = 20;
const MAX_LENGTH = 128;

/** Newest last. What writes the status alone is left out. */
export function readAuthors(managedFields: unknown): FieldAuthor[] {
  return (Array.isArray(managedFields) ? managedFields : [])
    .flatMap((entry): FieldAuthor[] => {
      const { manager, operation, time, fieldsV1, subresource } = entry ?? {};
      const fields = listFields(fieldsV1);
      return typeof manager === 'string' && !subresource && fields.length > 0
        ? [
            {
              manager: manager.slice(0, MAX_LENGTH),
              operation: operation === 'Apply' ? 'Apply' : 'Update',
              ...(typeof time === 'string' ? { at: time } : {}),
              fields,
            },
          ]
        : [];
    })
    .sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
    .slice(-MAX_AUTHORS);
}

function listFields(fieldsV1: unknown): string[] {
  return ['spec', 'metadata']
    .flatMap(part => {
      const inner = readMap(fieldsV1)[`f:${part}`];
      return Object.keys(readMap(inner)).flatMap(key =>
        key.startsWith('f:') ? [`${part}.${key.slice(2, MAX_LENGTH)}`] : [],
      );
    })
    .slice(0, MAX_FIELDS);
}

function readMap(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object'
    ? (value as Record<string, unknown>)
    : {};
}
