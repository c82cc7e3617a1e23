import { Reader } from './reader';

/** Kinds of parts kept: those of a large mesh repeat each other. */
const MAX_KNOWN = 2000;
const MAX_LENGTH = 2000;

/** Parts of objects that were found valid, by what is written in them, so that each is read once. */
export class KnownValid {
  private readonly texts = new Set<string>();

  /** Runs `validate` unless a part that is written alike had no errors. */
  check(reader: Reader, part: object, validate: () => void): void {
    const text = textOf(part);
    if (text !== undefined && this.texts.has(text)) return;
    const before = reader.errors.length;
    validate();
    const isValid = reader.errors.length === before && !reader.isFull;
    if (!isValid || text === undefined) return;
    if (this.texts.size >= MAX_KNOWN) this.texts.clear();
    this.texts.add(text);
  }
}

/** Undefined where the text would not tell it from others: what JSON has not comes out as `null`. */
function textOf(part: object): string | undefined {
  try {
    const text = JSON.stringify(part);
    return text.length > MAX_LENGTH || text.includes('null') ? undefined : text;
  } catch {
    return undefined;
  }
}
