/** One requirement of a Kubernetes label selector. */
export type Requirement =
  | { key: string; operator: 'in' | 'not-in'; values: string[] }
  | { key: string; operator: 'exists' | 'absent' };

export type LabelSelector = Requirement[];

const KEY = /^([a-z0-9A-Z.-]{1,253}\/)?[a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?$/;
const VALUE = /^([a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?)?$/;

/**
 * Parses `a=b,c!=d,e in (x,y),f notin (z),g,!h`.
 *
 * @returns undefined for anything that Kubernetes would refuse
 */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  const requirements = splitOutsideParentheses(text).map(parseRequirement);
  return requirements.length > 0 && requirements.every(isPresent)
    ? requirements
    : undefined;
}

/** Whether labels fulfil every requirement. */
export function matchLabels(
  selector: LabelSelector,
  labels: Record<string, string> | undefined,
): boolean {
  return selector.every(requirement => {
    const value = labels?.[requirement.key];
    switch (requirement.operator) {
      case 'in':
        return value !== undefined && requirement.values.includes(value);
      case 'not-in':
        return value === undefined || !requirement.values.includes(value);
      case 'exists':
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}

function parseRequirement(text: string): Requirement | undefined {
  const trimmed = text.trim();
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(trimmed);
  if (set) {
    return check({
      key: set[1],
      operator: set[2] === 'in' ? 'in' : 'not-in',
      values: set[3].split(',').map(value => value.trim()),
    });
  }
  const comparison = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(trimmed);
  if (comparison) {
    return check({
      key: comparison[1],
      operator: comparison[2] === '!=' ? 'not-in' : 'in',
      values: [comparison[3]],
    });
  }
  return trimmed.startsWith('!')
    ? check({ key: trimmed.slice(1).trim(), operator: 'absent' })
    : check({ key: trimmed, operator: 'exists' });
}

function check(requirement: Requirement): Requirement | undefined {
  const valuesFit =
    !('values' in requirement) ||
    requirement.values.every(value => VALUE.test(value));
  return KEY.test(requirement.key) && valuesFit ? requirement : undefined;
}

function splitOutsideParentheses(text: string): string[] {
  if (!text.trim()) return [];
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
