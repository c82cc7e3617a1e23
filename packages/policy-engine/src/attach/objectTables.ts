import type { Stored } from './Stored';
import { InputNode } from '../queries/queries';

/** One place for an object, whether there is one or not; what asks for it depends on the place. */
export class Slot {
  constructor(readonly name: string) {}

  readonly node = new InputNode();
  /** What istiod may read of it: nothing for an object that it surely does not. */
  stored: Stored | undefined;
  /** The object, whether istiod reads it or not. */
  held: Stored | undefined;
}

/** Objects of one kind in one namespace. */
export class ObjectTable {
  readonly node = new InputNode();
  readonly slots = new Map<string, Slot>();
  /** Of what istiod may read. */
  count = 0;

  slot(name: string): Slot {
    let slot = this.slots.get(name);
    if (!slot) this.slots.set(name, (slot = new Slot(name)));
    return slot;
  }

  drop({ name }: Slot): void {
    this.slots.delete(name);
  }

  *objects(): Generator<Stored> {
    for (const { stored } of this.slots.values()) if (stored) yield stored;
  }

  /** All of them, whether istiod reads them or not. */
  *held(): Generator<Stored> {
    for (const { held } of this.slots.values()) if (held) yield held;
  }
}

/** Objects of one kind. */
export class KindTable {
  readonly node = new InputNode();
  readonly namespaces = new Map<string, ObjectTable>();

  namespace(name: string): ObjectTable {
    let table = this.namespaces.get(name);
    if (!table) this.namespaces.set(name, (table = new ObjectTable()));
    return table;
  }

  /** All of them, whether istiod reads them or not. */
  *held(): Generator<Stored> {
    for (const table of this.namespaces.values()) yield* table.held();
  }

  objects(): Stored[] {
    const found: Stored[] = [];
    for (const table of this.namespaces.values()) {
      for (const stored of table.objects()) found.push(stored);
    }
    return found;
  }
}
