/** One part of a regular expression. */
export type RegexNode =
  | { kind: 'one'; admits: (character: string) => boolean }
  | { kind: 'edge'; at: 'start' | 'end' }
  | { kind: 'all' | 'any'; parts: Node[] }
  | { kind: 'repeat'; body: Node; min: number; max: number };

const MAX_DEPTH = 100;

/** Thrown inside this file alone. */
class Unsupported extends Error {}

class RegexReader {
  private at = 0;

  constructor(private readonly text: readonly string[]) {}

  /** @throws Unsupported */
  readWhole(): RegexNode {
    const node = this.readAny(0);
    if (this.at < this.text.length) throw new Unsupported();
    return node;
  }

  private readAny(depth: number): RegexNode {
    if (depth > MAX_DEPTH) throw new Unsupported();
    const parts = [this.readAll(depth)];
    while (this.take('|')) parts.push(this.readAll(depth));
    return parts.length === 1 ? parts[0] : { kind: 'any', parts };
  }

  private readAll(depth: number): RegexNode {
    const parts: RegexNode[] = [];
    while (this.at < this.text.length && !'|)'.includes(this.text[this.at])) {
      parts.push(this.readRepetition(this.readOne(depth)));
    }
    return { kind: 'all', parts };
  }

  private readRepetition(body: RegexNode): RegexNode {
    const bounds = this.readBounds();
    if (!bounds) return body;
    // Whether as much or as little as possible does not matter for whole texts.
    this.take('?');
    return { kind: 'repeat', body, ...bounds };
  }

  private readBounds(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Infinity };
    if (this.take('+')) return { min: 1, max: Infinity };
    if (this.take('?')) return { min: 0, max: 1 };
    if (!this.take('{')) return undefined;
    const [, min, comma, max] =
      /^(\d{1,4})(,?)(\d{0,4})$/.exec(this.takeUntil('}')) ?? [];
    if (min === undefined) throw new Unsupported();
    if (!comma) return { min: Number(min), max: Number(min) };
    return { min: Number(min), max: max ? Number(max) : Infinity };
  }

  private readOne(depth: number): RegexNode {
    const start = this.at;
    const character = this.text[this.at++];
    switch (character) {
      case '^':
        return { kind: 'edge', at: 'start' };
      case '$':
        return { kind: 'edge', at: 'end' };
      case '(':
        return this.readGroup(depth);
      case '[':
        while (this.text[this.at] !== ']') {
          this.at += this.text[this.at] === '\\' ? 2 : 1;
        }
        this.at++;
        return this.compare(start);
      case '\\':
        return this.readEscape(start);
      case '.':
        return this.compare(start);
      default:
        return { kind: 'one', admits: given => given === character };
    }
  }

  private readGroup(depth: number): RegexNode {
    if (this.take('?') && !this.take(':')) {
      if (!this.take('<') || '=!'.includes(this.text[this.at])) {
        throw new Unsupported();
      }
      this.takeUntil('>');
    }
    const node = this.readAny(depth + 1);
    if (!this.take(')')) throw new Unsupported();
    return node;
  }

  private readEscape(start: number): RegexNode {
    const character = this.text[this.at++];
    if (/[bBk1-9]/.test(character)) throw new Unsupported();
    if (/[pPu]/.test(character) && this.text[this.at] === '{') {
      this.takeUntil('}');
    } else {
      this.at += { u: 4, x: 2, c: 1 }[character] ?? 0;
    }
    return this.compare(start);
  }

  /** What stands for one character is JavaScript's matter. */
  private compare(start: number): RegexNode {
    const one = new RegExp(
      `^(?:${this.text.slice(start, this.at).join('')})$`,
      'u',
    );
    return { kind: 'one', admits: character => one.test(character) };
  }

  private take(character: string): boolean {
    const isNext = this.text[this.at] === character;
    if (isNext) this.at++;
    return isNext;
  }

  private takeUntil(end: string): string {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw new Unsupported();
    const taken = this.text.slice(this.at, found).join('');
    this.at = found + 1;
    return taken;
  }
}

/**
 * Reads a regular expression that RegExp with the flag `u` takes.
 *
 * @returns undefined where it has look-around, references to groups, or edges of words
 */
export function parseRegex(source: string): RegexNode | undefined {
  const reader = new RegexReader([...source]);
  try {
    return reader.readWhole();
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}
