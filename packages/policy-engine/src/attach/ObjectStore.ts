import { InputNode, Queries } from '../queries/queries';
import { ControlPlanes } from './ControlPlanes';
import { Discovery, Reading, revisionLabelOf } from './Discovery';
import { LabelSelectorSpec } from '../parse/specs';
import type { Stored } from './Stored';
import { KindTable, ObjectTable, Slot } from './objectTables';

/** Where an object stands. */
interface Place {
  table: KindTable;
  objects: ObjectTable;
  slot: Slot;
}

/** An object that istiod does not read, or may not. */
export interface Doubtful {
  stored: Stored;
  reading: Exclude<Reading, { kind: 'read' }>;
}

/**
 * The objects of a cluster by kind, namespace and name. What no istiod reads is held apart: for
 * whoever asks for what decides requests it is not there.
 */
export class ObjectStore {
  readonly kinds = new Map<string, KindTable>();
  /** How many are held. */
  size = 0;
  readonly controlPlanes = new ControlPlanes();
  /** Grows where the istiods become others. */
  controlPlaneChanges = 0;
  private readonly discovery = new Discovery(
    name => this.peek('Namespace', '', name)?.resource,
  );
  /** Where objects for one revision of the control plane stand. */
  private readonly revisioned = new Map<Slot, Place>();
  private readonly doubts = new Map<Slot, Doubtful>();
  /** Changes with what istiod reads of the cluster. */
  private readonly scope = new InputNode();

  constructor(private readonly queries: Queries) {}

  table(kind: string): KindTable {
    let table = this.kinds.get(kind);
    if (!table) this.kinds.set(kind, (table = new KindTable()));
    return table;
  }

  /** The place of an object, if it ever had one. */
  slotOf(kind: string, namespace: string, name: string): Slot | undefined {
    return this.kinds.get(kind)?.namespaces.get(namespace)?.slots.get(name);
  }

  /** One object that istiod may read, without depending on it. */
  peek(kind: string, namespace: string, name: string): Stored | undefined {
    return this.slotOf(kind, namespace, name)?.stored;
  }

  /** One object, whether istiod reads it or not, without depending on it. */
  peekHeld(kind: string, namespace: string, name: string): Stored | undefined {
    return this.slotOf(kind, namespace, name)?.held;
  }

  /** Puts an object, or nothing, into its place. Returns what was there. */
  put(
    kind: string,
    namespace: string,
    name: string,
    stored: Stored | undefined,
  ): Stored | undefined {
    const table = this.table(kind);
    const objects = table.namespace(namespace);
    const slot = objects.slot(name);
    const place = { table, objects, slot };
    const before = slot.held;
    slot.held = stored;
    this.size += Number(Boolean(stored)) - Number(Boolean(before));
    if (stored && revisionLabelOf(stored.resource) !== undefined) {
      this.revisioned.set(slot, place);
    } else if (this.revisioned.size > 0) this.revisioned.delete(slot);
    this.consider(place);
    this.touch(place);
    if (kind === 'Namespace') this.reconsiderNamespace(name);
    if (this.controlPlanes.replace(kind, before?.resource, stored?.resource)) {
      this.controlPlaneChanges += 1;
    }
    if (
      (kind === 'Pod' || kind === 'Deployment') &&
      this.discovery.replace(before?.resource, stored?.resource)
    ) {
      this.reconsider(this.revisioned.values());
    }
    return before;
  }

  /** Says which namespaces istiod reads; none for all of them. */
  select(selectors: readonly LabelSelectorSpec[]): void {
    if (!this.discovery.select(selectors)) return;
    this.queries.touch(this.scope);
    this.reconsider(this.places());
  }

  /** Whether istiod reads a namespace. */
  readingIn(namespace: string): Reading {
    this.queries.note(this.scope);
    return this.discovery.readingIn(namespace);
  }

  /** Whether istiod reads everything, as it does in most meshes. */
  isReadWhole(): boolean {
    this.queries.note(this.scope);
    return !this.discovery.isSelective && this.doubts.size === 0;
  }

  /** Every object of which it is not sure that istiod reads it; the answer depends on each. */
  doubtful(): Iterable<Doubtful> {
    this.queries.note(this.scope);
    return this.doubts.values();
  }

  /** Places that stand empty go too: nothing may depend on them any more. */
  dropEmptySlots(): void {
    for (const { objects, slot } of this.places()) {
      if (!slot.held) objects.drop(slot);
    }
  }

  private *places(only?: string): Generator<Place> {
    for (const table of this.kinds.values()) {
      for (const [namespace, objects] of table.namespaces) {
        if (only !== undefined && namespace !== only) continue;
        for (const slot of objects.slots.values()) {
          yield { table, objects, slot };
        }
      }
    }
  }

  private reconsiderNamespace(name: string): void {
    if (!this.discovery.isSelective) return;
    this.queries.touch(this.scope);
    this.reconsider(this.places(name));
  }

  private reconsider(places: Iterable<Place>): void {
    for (const place of places) if (this.consider(place)) this.touch(place);
  }

  /** Decides whether an object is there for whoever asks. Returns whether that changed. */
  private consider({ objects, slot }: Place): boolean {
    const { held, stored: before } = slot;
    const reading = held && this.discovery.readingOf(held);
    const wasDoubtful = this.doubts.size > 0 && this.doubts.delete(slot);
    const isDoubtful = reading !== undefined && reading.kind !== 'read';
    if (isDoubtful) this.doubts.set(slot, { stored: held!, reading });
    if (wasDoubtful || isDoubtful) this.queries.touch(this.scope);
    slot.stored = reading?.kind === 'not-read' ? undefined : held;
    objects.count += Number(Boolean(slot.stored)) - Number(Boolean(before));
    return slot.stored !== before;
  }

  private touch({ table, objects, slot }: Place): void {
    this.queries.touch(table.node);
    this.queries.touch(objects.node);
    this.queries.touch(slot.node);
  }
}
