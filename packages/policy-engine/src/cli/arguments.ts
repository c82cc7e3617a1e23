import { parseArgs, ParseArgsConfig } from 'node:util';
import { UsageError } from './UsageError';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that say what to read. */
export const INPUT_OPTIONS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
} as const satisfies Options;

/** Reads the arguments of a command; what it does not know is a {@link UsageError}. */
export function readArguments<T extends Options>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(
      error instanceof Error ? error.message : String(error),
    );
  }
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
