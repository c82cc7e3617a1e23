const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Space, and what is before it: tabs and ends of lines. */
const LAST_BLANK = 0x20;

/** What stands beside the items has some hundred bytes. */
const MAX_FIELD_BYTES = 64 * 1024;
const ITEMS_KEY = /^\s*"items"\s*:\s*$/;
const NOTHING = -1;

/** The text is no JSON object with a list of objects as its `items`. */
export class NotAList extends Error {}

/** Some part of the text is larger than it may be. */
export class PartTooLarge extends Error {
  constructor(readonly limit: number) {
    super(`More than ${limit} bytes in one part`);
  }
}

/**
 * Splits the JSON of a Kubernetes list into its items while it is being read, so that a page is never
 * whole in memory: Pods are many times as large as what is kept of them. Strings and brackets are all
 * that it knows of JSON; each item, and each field beside them, is given to JSON.parse.
 */
export class ListSplitter {
  private readonly fields: Record<string, unknown> = {};
  /** Open brackets: 1 is among the fields of the list; 2, in `items`, between two of them. */
  private depth = 0;
  private inText = false;
  private escaped = false;
  private inItems = false;
  private hasItems = false;
  private ended = false;
  /** Where the field or item that is being read begins in this chunk. */
  private start = NOTHING;
  /** What of it earlier chunks had. */
  private parts: Buffer[] = [];
  private size = 0;

  constructor(private readonly maxItemBytes: number) {}

  /**
   * @returns the items that end in this chunk, in order
   * @throws NotAList, PartTooLarge
   */
  push(chunk: Buffer): unknown[] {
    const items: unknown[] = [];
    for (let at = 0; at < chunk.length; at++) {
      if (this.inText) {
        at = this.skipText(chunk, at);
        continue;
      }
      const byte = chunk[at];
      if (byte === QUOTE && this.depth > 2) {
        this.inText = true;
      } else if (byte > LAST_BLANK) {
        this.readByte(byte, chunk, at, items);
      }
    }
    if (this.start !== NOTHING) {
      this.keep(chunk.subarray(this.start));
      this.start = 0;
    }
    return items;
  }

  /**
   * @returns what stands beside the items
   * @throws NotAList where the text ends too early, or had no items
   */
  end(): Record<string, unknown> {
    if (!this.ended || !(this.hasItems || this.fields.items === null)) {
      throw new NotAList();
    }
    return this.fields;
  }

  /** @returns where the text ends, or where the chunk does */
  private skipText(chunk: Buffer, from: number): number {
    const { length } = chunk;
    let at = this.escaped ? from + 1 : from;
    this.escaped = false;
    for (; at < length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        this.inText = false;
        return at;
      }
      if (byte === BACKSLASH) {
        at += 1;
        this.escaped = at === length;
      }
    }
    return length;
  }

  private readByte(
    byte: number,
    chunk: Buffer,
    at: number,
    items: unknown[],
  ): void {
    if (this.depth === 0) {
      this.open(byte, at);
    } else if (this.depth === 1) {
      this.readAmongFields(byte, chunk, at);
    } else if (this.depth === 2 && this.inItems) {
      this.readAmongItems(byte, at);
    } else if (byte === QUOTE) {
      this.inText = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      this.depth += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      this.depth -= 1;
      if (this.depth === 2 && this.inItems) {
        items.push(parse(this.take(chunk, at + 1)));
      }
    }
  }

  private open(byte: number, at: number): void {
    if (byte !== OPEN_OBJECT || this.ended) {
      throw new NotAList();
    }
    this.depth = 1;
    this.start = at + 1;
  }

  private readAmongFields(byte: number, chunk: Buffer, at: number): void {
    switch (byte) {
      case QUOTE:
        this.inText = true;
        break;
      case OPEN_OBJECT:
        this.depth += 1;
        break;
      case OPEN_ARRAY:
        this.depth += 1;
        this.enterArray(chunk, at);
        break;
      case COMMA:
        this.takeField(chunk, at);
        this.start = at + 1;
        break;
      case CLOSE_OBJECT:
        this.takeField(chunk, at);
        this.depth = 0;
        this.ended = true;
        break;
      default:
    }
  }

  /** Whether it is that of the items shows in what stands before it. */
  private enterArray(chunk: Buffer, at: number): void {
    const before = this.take(chunk, at);
    if (ITEMS_KEY.test(before)) {
      this.inItems = true;
      this.hasItems = true;
      return;
    }
    this.keep(Buffer.from(before));
    this.start = at;
  }

  private readAmongItems(byte: number, at: number): void {
    if (byte === OPEN_OBJECT) {
      this.depth += 1;
      this.start = at;
    } else if (byte === CLOSE_ARRAY) {
      this.depth = 1;
      this.inItems = false;
      this.start = at + 1;
    } else if (byte !== COMMA) {
      throw new NotAList();
    }
  }

  private takeField(chunk: Buffer, end: number): void {
    Object.assign(this.fields, parse(`{${this.take(chunk, end)}}`));
  }

  private keep(part: Buffer): void {
    const limit = this.inItems ? this.maxItemBytes : MAX_FIELD_BYTES;
    this.size += part.length;
    if (this.size > limit) {
      throw new PartTooLarge(limit);
    }
    this.parts.push(part);
  }

  /** What was being read, up to `end` in this chunk. */
  private take(chunk: Buffer, end: number): string {
    const { start, parts } = this;
    this.start = NOTHING;
    if (parts.length === 0) {
      return chunk.toString('utf8', start, end);
    }
    this.keep(chunk.subarray(start, end));
    const text = Buffer.concat(parts).toString('utf8');
    this.parts = [];
    this.size = 0;
    return text;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotAList();
  }
}
