import type { Stored } from './Mesh';
import { InputNode } from '../queries/queries';

/** One place for an object, whether there is one or not; what asks for it depends on the place. */
class Slot {
  readonly node = new InputNode();
  stored: Stored | undefined;
}

/** Objects of one kind in one namespace. */
class ObjectTable {
  readonly node = new InputNode();
  readonly slots = new Map<string, Slot>();
  count = 0;

  slot(name: string): Slot {
    let slot = this.slots.get(name);
    if (!slot) this.slots.set(name, (slot = new Slot()));
    return slot;
  }

  *objects(): Generator<Stored> {
    for (const { stored } of this.slots.values()) if (stored) yield stored;
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

  objects(): Stored[] {
    const found: Stored[] = [];
    for (const table of this.namespaces.values()) {
      for (const stored of table.objects()) found.push(stored);
    }
    return found;
  }
}
