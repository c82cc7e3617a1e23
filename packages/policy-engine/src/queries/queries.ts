/**
 * Incremental computation: inputs change, derived values are recomputed only where something that
 * they read has changed, and a derived value that comes out equal stops the change from spreading.
 * (The scheme is the one of rust-analyzer's Salsa.)
 */
interface Node {
  changedAt: number;
  /** The recording that noted the node last, so that most are noted once. */
  notedBy: number;
  /** Brings the node up to date. */
  refresh(): void;
}

/** Something that values are derived from, and that changes from outside. */
export class InputNode implements Node {
  changedAt = 0;
  notedBy = 0;
  refresh(): void {}
}

class DerivedNode<T> implements Node {
  changedAt = 0;
  notedBy = 0;
  private verifiedAt = -1;
  private value: T | undefined;
  private dependencies: readonly Node[] = [];
  private computing = false;

  constructor(
    private readonly owner: Queries,
    private readonly compute: () => T,
    private readonly isEqual: (a: T, b: T) => boolean,
  ) {}

  get(): T {
    this.refresh();
    return this.value as T;
  }

  refresh(): void {
    const now = this.owner.clock;
    if (this.verifiedAt === now) return;
    if (this.computing) throw new Error('A query depends on itself');
    if (this.verifiedAt >= 0 && !this.isStale()) {
      this.verifiedAt = now;
      return;
    }
    this.computing = true;
    const first = this.verifiedAt < 0;
    const recording = this.owner.startRecording();
    try {
      const value = this.compute();
      if (first || !this.isEqual(this.value as T, value)) {
        this.value = value;
        this.changedAt = now;
      }
      this.dependencies = this.owner.recorded();
      this.verifiedAt = now;
    } finally {
      this.owner.endRecording(recording);
      this.computing = false;
    }
  }

  private isStale(): boolean {
    for (const dependency of this.dependencies) {
      dependency.refresh();
      if (dependency.changedAt > this.verifiedAt) return true;
    }
    return false;
  }
}

/** Values that are computed in one way, one for each key. */
export class Family {
  /**
   * Whether a value is asked for while one Service is looked at and then no more: kept longer, such values
   * would be copied by the garbage collector once and again.
   */
  readonly isBrief: boolean;

  constructor({ isBrief = false } = {}) {
    this.isBrief = isBrief;
  }
}

/** Equality of lists by the identity of their elements. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Equality of what is plain data, by its text. */
export function sameData(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const COMPUTING = Symbol('computing');
const NOTHING = Symbol('nothing');

/** Values of a young generation in one family, kept before the old one is dropped. */
const GENERATION = 500;

/** The same for values that are brief. */
const BRIEF_GENERATION = 16;

/** Computed values in two generations: what is asked for again moves to the young one. */
class SettledValues {
  private young = new Map<string, unknown>();
  private old = new Map<string, unknown>();

  constructor(private readonly generation: number) {}

  get<T>(key: string, compute: () => T): T {
    let known = this.young.get(key);
    if (known === undefined) {
      known = this.old.get(key);
      if (known !== undefined) this.keep(key, known);
    }
    if (known === COMPUTING) throw new Error('A query depends on itself');
    if (known !== undefined)
      return (known === NOTHING ? undefined : known) as T;
    this.keep(key, COMPUTING);
    try {
      const value = compute();
      this.keep(key, value === undefined ? NOTHING : value);
      return value;
    } catch (error) {
      this.young.delete(key);
      this.old.delete(key);
      throw error;
    }
  }

  private keep(key: string, value: unknown): void {
    if (this.young.size >= this.generation) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}

/** What one recording notes, as a stretch of the one list of all recordings under way. */
interface Recording {
  id: number;
  start: number;
}

const NOT_RECORDING: Recording = { id: 0, start: 0 };

/** Derived values of one mesh, in families of keys. */
export class Queries {
  clock = 1;
  private readonly derived = new Map<
    Family,
    Map<string, DerivedNode<unknown>>
  >();
  private readonly interned = new Map<Family, Map<string, unknown>>();
  private settled: Map<Family, SettledValues> | undefined;
  private recording = NOT_RECORDING;
  private recordings = 0;
  /** Nodes that the recordings under way noted, those of an inner one behind those of its outer one. */
  private readonly noted: Node[] = [];
  /** How far the list is in use: what stands behind is old. */
  private end = 0;
  private nodes = 0;

  /**
   * Says that no input changes any more: values are kept without what they depend on, and those that
   * nobody asked for lately are dropped. For one reading of a whole mesh; a change ends it.
   */
  settle(): void {
    this.dropDerived();
    this.settled = new Map();
  }

  /** Says that an input changed. */
  touch(input: InputNode): void {
    this.settled = undefined;
    this.clock += 1;
    input.changedAt = this.clock;
  }

  /** Whether some value is being computed that depends on what is read now. */
  get isRecording(): boolean {
    return this.recording !== NOT_RECORDING;
  }

  /** Says that the value being computed depends on an input, or on another value. */
  note(node: Node): void {
    const { id } = this.recording;
    // An inner recording may have noted it since: then it is noted twice, which does no harm.
    if (id === 0 || node.notedBy === id) return;
    node.notedBy = id;
    this.noted[this.end++] = node;
  }

  /**
   * The value for `key` in a family, computed at most once while nothing that it reads changes.
   *
   * @param compute - is kept from the first call and run again after changes. So it may hold nothing of its
   *   caller that the key does not say, and reads objects and other values anew each time
   */
  get<T>(
    family: Family,
    key: string,
    compute: () => T,
    isEqual: (a: T, b: T) => boolean = Object.is,
  ): T {
    if (this.settled) return this.settledIn(this.settled, family, key, compute);
    let nodes = this.derived.get(family);
    if (!nodes) this.derived.set(family, (nodes = new Map()));
    let node = nodes.get(key) as DerivedNode<T> | undefined;
    if (!node) {
      node = new DerivedNode(this, compute, isEqual);
      nodes.set(key, node as DerivedNode<unknown>);
      this.nodes += 1;
    }
    const value = node.get();
    this.note(node);
    return value;
  }

  /** The value of a family that has one for the whole mesh. */
  getOne<T>(
    family: Family,
    compute: () => T,
    isEqual?: (a: T, b: T) => boolean,
  ): T {
    return this.get(family, '', compute, isEqual);
  }

  /**
   * The value that was first given for `key` in a family, as long as it is kept: so that what is made
   * anew and comes out equal is the same. Nothing can change it, so nothing depends on it.
   */
  intern<T>(family: Family, key: string, value: T): T {
    if (this.settled) {
      return this.settledIn(this.settled, family, key, () => value);
    }
    let values = this.interned.get(family);
    if (!values) this.interned.set(family, (values = new Map()));
    const known = values.get(key);
    if (known !== undefined) return known as T;
    values.set(key, value);
    this.nodes += 1;
    return value;
  }

  /** Forgets derived values, so that removed objects do not hold memory for ever. */
  forget(): void {
    this.dropDerived();
    if (this.settled) this.settle();
  }

  get size(): number {
    return this.nodes;
  }

  startRecording(): Recording {
    const outer = this.recording;
    this.recordings += 1;
    this.recording = { id: this.recordings, start: this.end };
    return outer;
  }

  /** What the innermost recording noted. */
  recorded(): readonly Node[] {
    return this.noted.slice(this.recording.start, this.end);
  }

  endRecording(outer: Recording): void {
    this.end = this.recording.start;
    this.recording = outer;
  }

  private settledIn<T>(
    settled: Map<Family, SettledValues>,
    family: Family,
    key: string,
    compute: () => T,
  ): T {
    let values = settled.get(family);
    if (!values) {
      const size = family.isBrief ? BRIEF_GENERATION : GENERATION;
      settled.set(family, (values = new SettledValues(size)));
    }
    return values.get(key, compute);
  }

  private dropDerived(): void {
    this.derived.clear();
    this.interned.clear();
    this.nodes = 0;
  }
}
