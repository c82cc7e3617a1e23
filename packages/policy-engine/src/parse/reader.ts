import { ParseError } from '../model';

/** Said of a field that the schema of its kind does not have. */
export const UNKNOWN_FIELD =
  'is no field of its kind: kubectl refuses it, and other clients drop it';

/**
 * Reads untrusted values and notes every shape error with its path, so that one validation pass
 * reports everything that is wrong.
 */
export class Reader {
  readonly errors: ParseError[] = [];

  report(path: string, message: string): void {
    // A hostile object could otherwise produce one message per array element.
    if (!this.isFull) this.errors.push({ path, message });
  }

  /** Whether further errors are not noted. */
  get isFull(): boolean {
    return this.errors.length >= 50;
  }

  /** Reports what would be refused, where no answer of the engine depends on whether it is. */
  reportMoot(path: string, message: string): void {
    this.errors.push({ path, message, moot: true });
  }

  /** The object at `path`; undefined where the value is absent or no object. */
  object(value: unknown, path: string): Record<string, unknown> | undefined {
    if (!isSet(value)) return undefined;
    if (isObject(value)) return value;
    this.report(path, 'must be an object');
    return undefined;
  }

  array(value: unknown, path: string): unknown[] | undefined {
    if (!isSet(value)) return undefined;
    if (Array.isArray(value)) return value;
    this.report(path, 'must be a list');
    return undefined;
  }

  string(value: unknown, path: string): string | undefined {
    if (!isSet(value)) return undefined;
    if (typeof value === 'string') return value;
    this.report(path, noString(value));
    return undefined;
  }

  integer(value: unknown, path: string): number | undefined {
    if (!isSet(value)) return undefined;
    if (Number.isInteger(value)) return value as number;
    this.report(path, 'must be an integer');
    return undefined;
  }

  /** A whole number that is reported where it is none of a port. */
  port(value: unknown, path: string): number | undefined {
    const number = this.integer(value, path);
    if (number !== undefined && !isPort(number)) {
      this.report(path, 'must be a port number from 1 to 65535');
    }
    return number;
  }

  boolean(value: unknown, path: string): boolean | undefined {
    if (!isSet(value)) return undefined;
    if (typeof value === 'boolean') return value;
    this.report(path, 'must be true or false');
    return undefined;
  }

  /** Each list element as an object, with its path. */
  objects(
    value: unknown,
    path: string,
    read: (item: Record<string, unknown>, path: string) => void,
  ): number {
    const items = this.array(value, path) ?? [];
    items.forEach((item, index) => {
      const at = `${path}[${index}]`;
      if (!isSet(item)) {
        this.report(at, 'must be an object');
        return;
      }
      const object = this.object(item, at);
      if (object) read(object, at);
    });
    return items.length;
  }

  /** A list of non-empty strings. */
  strings(value: unknown, path: string): string[] {
    const items = this.array(value, path) ?? [];
    return items.filter((item, index): item is string => {
      if (typeof item === 'string' && item !== '') return true;
      this.report(
        `${path}[${index}]`,
        item === '' ? 'must be a string that is not empty' : noString(item),
      );
      return false;
    });
  }

  /** A map from string to string, as labels are. */
  stringMap(value: unknown, path: string): void {
    for (const [key, item] of Object.entries(this.object(value, path) ?? {})) {
      if (typeof item !== 'string') {
        this.report(`${path}.${key}`, noString(item));
      }
    }
  }

  /** Reports fields that the API server's schema does not have. */
  fields(
    object: Record<string, unknown>,
    path: string,
    known: readonly string[],
  ): void {
    for (const field of Object.keys(object)) {
      if (!known.includes(field)) {
        this.report(`${path}.${field}`, UNKNOWN_FIELD);
      }
    }
  }

  atMost(count: number, limit: number, path: string): void {
    if (count > limit) this.report(path, `at most ${limit} are allowed`);
  }

  oneOf(
    value: unknown,
    path: string,
    allowed: readonly string[],
  ): string | undefined {
    const text = this.string(value, path);
    if (text !== undefined && !allowed.includes(text)) {
      this.report(path, `must be one of ${allowed.join(', ')}`);
    }
    return text;
  }
}

/** Whether a field has a value: to protobuf's JSON, null is as good as absent. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Whether a value is what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isPort(number: number): boolean {
  return number >= 1 && number <= 65535;
}

/** YAML makes a number or a boolean of what stands without quotes. */
function noString(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return 'must be a string: quote it (yes, no, on, off, y and n are booleans in YAML)';
    case 'number':
      return 'must be a string: quote it';
    default:
      return 'must be a string';
  }
}
