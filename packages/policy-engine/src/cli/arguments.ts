import { parseArgs, ParseArgsConfig } from 'node:util';
import { UsageError } from './UsageError';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that say what to read. */
export const INPUT_OPTIONS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string' },
} as const satisfies Options;

/** Reads the arguments of a command; what it does not know is a {@link UsageError}. */
export function readArguments<T extends Options>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(describe(error as Error, Object.keys(options)));
  }
}

/** parseArgs goes on with advice about dashes that nobody asked for. */
function describe({ message }: Error, options: readonly string[]): string {
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message.split('\n')[0];
  const meant = findSimilar(unknown.replace(/^-+/, ''), options);
  return `there is no option ${unknown}${
    meant === undefined ? '' : `; did you mean --${meant}?`
  }`;
}

/** The name that differs least from a text, where it is no other word. */
export function findSimilar(
  text: string,
  names: readonly string[],
): string | undefined {
  const [best] = names
    .map(name => ({ name, distance: distanceBetween(text, name) }))
    .sort((a, b) => a.distance - b.distance);
  const most = text.length < 4 ? 1 : Math.max(2, text.length / 3);
  return best && best.distance <= most ? best.name : undefined;
}

/** Letters to add, take away or change, to make one text of the other (Levenshtein). */
function distanceBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The value of an option that takes one of a few. */
export function oneOf<T extends string>(
  option: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find(item => item === value);
  if (found === undefined) {
    const list = allowed.join(', ');
    throw new UsageError(`--${option} must be one of ${list}`);
  }
  return found;
}
