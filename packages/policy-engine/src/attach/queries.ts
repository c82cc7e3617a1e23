/**
 * Incremental computation: inputs change, derived values are recomputed only where something that
 * they read has changed, and a derived value that comes out equal stops the change from spreading.
 * (The scheme is the one of rust-analyzer's Salsa.)
 */
interface Node {
  changedAt: number;
  /** Brings the node up to date. */
  refresh(): void;
}

class InputNode implements Node {
  changedAt = 0;
  refresh(): void {}
}

class DerivedNode<T> implements Node {
  changedAt = 0;
  private verifiedAt = -1;
  private value: T | undefined;
  private dependencies: Node[] = [];
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
    try {
      const { value, dependencies } = this.owner.record(this.compute);
      this.dependencies = dependencies;
      if (first || !this.isEqual(this.value as T, value)) {
        this.value = value;
        this.changedAt = now;
      }
      this.verifiedAt = now;
    } finally {
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

/** Equality of lists by the identity of their elements. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

const COMPUTING = Symbol('computing');
const NOTHING = Symbol('nothing');

/** Values of a young generation, kept before the old one is dropped. */
const GENERATION = 20_000;

/** Computed values in two generations: what is asked for again moves to the young one. */
class SettledValues {
  private young = new Map<string, unknown>();
  private old = new Map<string, unknown>();

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
    if (this.young.size >= GENERATION) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}

/** Holds the inputs and derived values of one mesh. */
export class Queries {
  clock = 1;
  private readonly inputs = new Map<string, InputNode>();
  private readonly derived = new Map<string, DerivedNode<unknown>>();
  private reading: Set<Node> | undefined;
  private settled: SettledValues | undefined;

  /**
   * Says that no input changes any more: values are kept without what they depend on, and those that
   * nobody asked for lately are dropped. For one reading of a whole mesh; a change ends it.
   */
  settle(): void {
    this.derived.clear();
    this.settled = new SettledValues();
  }

  /** Says that the input `key` changed. */
  touch(key: string): void {
    this.settled = undefined;
    this.clock += 1;
    this.input(key).changedAt = this.clock;
  }

  /** Says that the value being computed depends on the input `key`. */
  read(key: string): void {
    this.reading?.add(this.input(key));
  }

  /** The value for `key`, computed at most once while nothing that it reads changes. */
  get<T>(
    key: string,
    compute: () => T,
    isEqual: (a: T, b: T) => boolean = Object.is,
  ): T {
    if (this.settled) return this.settled.get(key, compute);
    let node = this.derived.get(key) as DerivedNode<T> | undefined;
    if (!node) {
      node = new DerivedNode(this, compute, isEqual);
      this.derived.set(key, node as DerivedNode<unknown>);
    }
    const value = node.get();
    this.reading?.add(node);
    return value;
  }

  /** Forgets derived values, so that removed objects do not hold memory for ever. */
  forget(): void {
    this.derived.clear();
    if (this.settled) this.settle();
  }

  get size(): number {
    return this.derived.size;
  }

  record<T>(compute: () => T): { value: T; dependencies: Node[] } {
    const outer = this.reading;
    const own = new Set<Node>();
    this.reading = own;
    try {
      return { value: compute(), dependencies: [...own] };
    } finally {
      this.reading = outer;
    }
  }

  private input(key: string): InputNode {
    let node = this.inputs.get(key);
    if (!node) {
      node = new InputNode();
      this.inputs.set(key, node);
    }
    return node;
  }
}
