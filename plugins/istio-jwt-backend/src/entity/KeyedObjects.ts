import { Mesh, Resource } from 'istio-jwt-policy-engine';

const NONE: ReadonlySet<Resource> = new Set();

interface Known {
  revision: number;
  objects: readonly Resource[];
}

/** Objects of one kind of a mesh by keys, kept like the mesh: only namespaces where one changed are read anew. */
export class KeyedObjects {
  private readonly byKey = new Map<string, Set<Resource>>();
  private readonly byNamespace = new Map<string, Known>();
  private revision = -1;

  constructor(
    private readonly mesh: Mesh,
    private readonly kind: string,
    private readonly keysOf: (resource: Resource) => string[],
  ) {}

  /** Takes in what changed, a namespace in a step. */
  *follow(): Generator<void, void> {
    const revision = this.mesh.revisionOf(this.kind);
    if (revision === this.revision) {
      return;
    }
    for (const namespace of this.mesh.namespacesWith(this.kind)) {
      const changedAt = this.mesh.revisionOf(this.kind, namespace);
      if (this.byNamespace.get(namespace)?.revision !== changedAt) {
        this.read(namespace, changedAt);
        yield;
      }
    }
    this.revision = revision;
  }

  get(key: string): ReadonlySet<Resource> {
    return this.byKey.get(key) ?? NONE;
  }

  inNamespace(namespace: string): readonly Resource[] {
    return this.byNamespace.get(namespace)?.objects ?? [];
  }

  all(): Resource[] {
    return [...this.byNamespace.values()].flatMap(({ objects }) => objects);
  }

  private read(namespace: string, revision: number): void {
    const before = new Set(this.inNamespace(namespace));
    const objects = this.mesh.list(this.kind, namespace);
    for (const object of objects) {
      if (!before.delete(object)) {
        this.add(object);
      }
    }
    before.forEach(object => this.drop(object));
    this.byNamespace.set(namespace, { revision, objects });
  }

  private add(object: Resource): void {
    for (const key of this.keysOf(object)) {
      const known = this.byKey.get(key);
      if (known) {
        known.add(object);
      } else {
        this.byKey.set(key, new Set([object]));
      }
    }
  }

  private drop(object: Resource): void {
    for (const key of this.keysOf(object)) {
      const known = this.byKey.get(key);
      known?.delete(object);
      if (known?.size === 0) {
        this.byKey.delete(key);
      }
    }
  }
}
