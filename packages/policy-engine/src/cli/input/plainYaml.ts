import { BOOLEANS } from '../../parse/yamlAsKubectl';

/** Deeper ones are left to the general readers, which have a limit of their own. */
const MAX_DEPTH = 40;

/** Longer numbers are not exact, and with other signs or digits they are read in several ways. */
const MAX_DIGITS = 15;

/** Printable ASCII and line feeds: no tabs, no carriage returns. */
const OTHER_CHARACTERS = /[^\x20-\x7e\n]/;

/** Letters and signs that no notation of a number has. */
const IN_NO_NUMBER = /[g-mp-wyzG-MP-WYZ/]/;

/** Of `false`, the longest word with a meaning. */
const LONGEST_WORD = 5;

const NOT_PLAIN = Symbol('not plain');

const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const APOSTROPHE = 0x27;
const DASH = 0x2d;
const SLASH = 0x2f;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACE = 0x7b;

function fail(): never {
  throw NOT_PLAIN;
}

/** Stands at a line of content, or behind the last. */
class PlainReader {
  /** Column of what is to be read; -1 behind the last line. */
  private indent = -1;
  /** Where it begins in the text. */
  private at = 0;
  /** Where its line ends. */
  private end = -1;
  private line = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  read(): { value: Record<string, unknown>; line: number } | undefined {
    if (this.text.startsWith('---\n')) {
      this.end = 3;
      this.line = 1;
    }
    this.nextLine();
    const { line } = this;
    if (this.indent !== 0) return undefined;
    const value = this.readMap(0);
    return this.indent < 0 ? { value, line } : undefined;
  }

  /** Goes to the next line that is neither empty nor a comment. */
  private nextLine(): void {
    const { text } = this;
    let start = this.end + 1;
    while (start < text.length) {
      this.line += 1;
      let at = start;
      while (text.charCodeAt(at) === SPACE) at += 1;
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline;
      if (at < end && text.charCodeAt(at) !== HASH) {
        this.indent = at - start;
        this.at = at;
        this.end = end;
        return;
      }
      start = end + 1;
    }
    this.indent = -1;
  }

  private readMap(indent: number): Record<string, unknown> {
    if (++this.depth > MAX_DEPTH) fail();
    const map: Record<string, unknown> = {};
    while (this.indent === indent) {
      const colon = this.endOfKey();
      const key = this.text.slice(this.at, colon);
      // Also what every object has: such a key is not worth a thought.
      if (key in map || isWord(key)) fail();
      map[key] = this.readBehind(colon + 1, indent);
    }
    if (this.indent > indent) fail();
    this.depth -= 1;
    return map;
  }

  /** Where the colon behind a key stands. */
  private endOfKey(): number {
    const { text, end } = this;
    let at = this.at;
    if (!isLetter(text.charCodeAt(at))) fail();
    while (at < end && isInKey(text.charCodeAt(at))) at += 1;
    if (at === end || text.charCodeAt(at) !== COLON) fail();
    if (at + 1 < end && text.charCodeAt(at + 1) !== SPACE) fail();
    return at;
  }

  /** What stands behind a key: on its line, or on those below. */
  private readBehind(from: number, indent: number): unknown {
    if (from < this.end) {
      const value = this.readScalar(from + 1);
      this.leaveScalar(indent);
      return value;
    }
    this.nextLine();
    if (this.indent > indent) {
      return this.isAtItem()
        ? this.readList(this.indent)
        : this.readMap(this.indent);
    }
    // Items may stand as far left as the key of their list.
    return this.indent === indent && this.isAtItem()
      ? this.readList(indent)
      : null;
  }

  /** A line further right would go on with the text of this one. */
  private leaveScalar(indent: number): void {
    this.nextLine();
    if (this.indent > indent) fail();
  }

  private isAtItem(): boolean {
    const { text, at } = this;
    return text.charCodeAt(at) === DASH && text.charCodeAt(at + 1) === SPACE;
  }

  private readList(indent: number): unknown[] {
    if (++this.depth > MAX_DEPTH) fail();
    const list: unknown[] = [];
    while (this.indent === indent && this.isAtItem()) {
      let at = this.at + 2;
      while (this.text.charCodeAt(at) === SPACE) at += 1;
      if (at >= this.end) fail();
      if (this.isKeyAt(at)) {
        this.indent += at - this.at;
        this.at = at;
        list.push(this.readMap(this.indent));
      } else {
        list.push(this.readScalar(at));
        this.leaveScalar(indent);
      }
    }
    if (this.indent > indent) fail();
    this.depth -= 1;
    return list;
  }

  private isKeyAt(start: number): boolean {
    const { text, end } = this;
    let at = start;
    while (at < end && isInKey(text.charCodeAt(at))) at += 1;
    return (
      at < end &&
      text.charCodeAt(at) === COLON &&
      (at + 1 === end || text.charCodeAt(at + 1) === SPACE)
    );
  }

  /** What stands from a place to the end of the line. */
  private readScalar(from: number): unknown {
    const { text, end } = this;
    let start = from;
    while (text.charCodeAt(start) === SPACE) start += 1;
    if (start >= end) fail();
    const first = text.charCodeAt(start);
    switch (first) {
      case QUOTE:
      case APOSTROPHE:
        return this.readQuoted(start, first);
      case BRACKET:
        return this.isEmptyPair(start, '[]') ? [] : fail();
      case BRACE:
        return this.isEmptyPair(start, '{}') ? {} : fail();
      default:
    }
    this.checkPlain(start);
    const value = text.slice(start, end);
    if (isLetter(first)) return valueOfWord(value);
    if (first === SLASH) return value;
    return isDigit(first) ? valueOfDigits(value) : fail();
  }

  private readQuoted(start: number, quote: number): string {
    const { text, end } = this;
    const last = end - 1;
    if (last === start || text.charCodeAt(last) !== quote) fail();
    for (let at = start + 1; at < last; at++) {
      const code = text.charCodeAt(at);
      if (code === quote || code === 0x5c) fail();
    }
    return text.slice(start + 1, last);
  }

  private isEmptyPair(start: number, pair: string): boolean {
    return this.end === start + 2 && this.text.startsWith(pair, start);
  }

  /** Fails where the text would end before the line, or is a key. */
  private checkPlain(start: number): void {
    const { text, end } = this;
    const last = text.charCodeAt(end - 1);
    if (last === SPACE || last === COLON) fail();
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === HASH && text.charCodeAt(at - 1) === SPACE) fail();
      if (code === COLON && text.charCodeAt(at + 1) === SPACE) fail();
    }
  }
}

/**
 * Reads the usual block style of manifests: keys of letters, digits and `_./-`, lists of `- `, and on one
 * line each plain words, whole numbers, quoted texts without escapes, `[]` and `{}`. It takes a quarter of
 * the time of a general reader.
 *
 * @returns the value, and the line of the first content, from 1. Undefined for everything else, be it
 * unusual or wrong: that is for the general readers to read or to refuse.
 */
export function readPlainYaml(
  text: string,
): { value: Record<string, unknown>; line: number } | undefined {
  if (OTHER_CHARACTERS.test(text)) return undefined;
  try {
    return new PlainReader(text).read();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Letters, digits, `-`, `.`, `/` and `_`. */
function isInKey(code: number): boolean {
  return isLetter(code) || (code >= DASH && code <= 0x39) || code === 0x5f;
}

/** Whether a text is read as something else than itself. */
function isWord(text: string): boolean {
  return valueOfWord(text) !== text;
}

/** Words that stand for something else, as kubectl reads them; all others stand for themselves. */
function valueOfWord(text: string): string | boolean | null {
  if (text.length > LONGEST_WORD) return text;
  switch (text) {
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    default:
      return BOOLEANS.get(text) ?? text;
  }
}

/** A whole number, or what is none in any notation, such as `10.0.0.0/8`. */
function valueOfDigits(text: string): number | string {
  if (IN_NO_NUMBER.test(text)) return text;
  const isLong = text.length > MAX_DIGITS;
  const isPadded = text.length > 1 && text.startsWith('0');
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) fail();
  }
  return isLong || isPadded ? fail() : Number(text);
}
