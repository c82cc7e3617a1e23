import { LabelSelectorSpec } from '../parse/specs';

/** Whether `labels` has every pair of `wanted`. */
export function includesLabels(
  labels: Record<string, string>,
  wanted: Record<string, string>,
): boolean {
  for (const key of Object.keys(wanted)) {
    if (labels[key] !== wanted[key]) return false;
  }
  return true;
}

const NO_STRINGS: Record<string, string> = Object.freeze({});

/** The string entries of an untrusted map, which is not to be changed. */
export function stringRecord(value: unknown): Readonly<Record<string, string>> {
  if (!value || typeof value !== 'object') return NO_STRINGS;
  // Nearly always all of them are: then the map can stay as it is.
  if (Object.values(value).every(isString)) return value as typeof NO_STRINGS;
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => isString(item)),
  );
}

/** The strings of an untrusted list. */
export function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isString) : [];
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** Kubernetes' label selectors; an empty one selects everything. */
export function matchesLabelSelector(
  selector: LabelSelectorSpec,
  labels: Record<string, string>,
): boolean {
  return (
    includesLabels(labels, selector.matchLabels ?? {}) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      switch (operator) {
        case 'In':
          return value !== undefined && (values ?? []).includes(value);
        case 'NotIn':
          return value === undefined || !(values ?? []).includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
