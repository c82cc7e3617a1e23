import { LabelSelectorSpec } from './gatewayApi/specs';

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
  if (Array.isArray(value)) return onlyStrings(value);
  // Nearly always all of them are: then the map can stay as it is.
  for (const key of Object.keys(value)) {
    if (typeof (value as Record<string, unknown>)[key] !== 'string') {
      return onlyStrings(value);
    }
  }
  return value as Record<string, string>;
}

function onlyStrings(value: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

/** The strings of an untrusted list. */
export function stringList(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}

/** Kubernetes' label selectors; an empty one selects everything. */
export function matchesLabelSelector(
  selector: LabelSelectorSpec,
  labels: Record<string, string>,
): boolean {
  return (
    includesLabels(labels, selector.matchLabels ?? {}) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
      const value = labels[key];
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
