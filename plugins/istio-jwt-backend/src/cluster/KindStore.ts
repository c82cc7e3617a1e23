import { hash } from 'node:crypto';
import {
  Mesh,
  ParseError,
  parseObjects,
  Resource,
} from 'istio-jwt-policy-engine';
import { FieldAuthor } from './readAuthors';
import { RawObject } from './trimObject';

/** What of an object decides nothing, and names it as it stands. */
export interface ObjectOrigin {
  uid: string;
  resourceVersion: string;
  /** Of policies; newest last. */
  authors: FieldAuthor[];
}

interface Held {
  fingerprint: string;
  resource?: Resource;
  origin: ObjectOrigin;
}

/**
 * The objects of one kind (in one namespace, where a cluster is read by namespaces), kept in step
 * with the mesh. An object whose meaning did not change does not touch the mesh: pods and nodes
 * report their health many times a minute.
 */
export class KindStore {
  private readonly held = new Map<string, Held>();
  private readonly malformed = new Map<string, ParseError[]>();
  /** Names in the list that is being read. */
  private listed?: Set<string>;

  constructor(private readonly mesh: Mesh) {}

  /**
   * Takes in a part of a full list. What is known and not in the list stays until {@link endList}.
   *
   * @returns whether anything changed
   */
  takeListed(objects: RawObject[]): boolean {
    this.listed ??= new Set();
    let changed = false;
    for (const object of objects) {
      this.listed.add(nameObject(object));
      changed = this.upsert(object) || changed;
    }
    return changed;
  }

  /**
   * The list is complete: what was not in it is dropped.
   *
   * @returns whether anything changed
   */
  endList(): boolean {
    const { listed } = this;
    this.listed = undefined;
    let changed = false;
    for (const name of [...this.held.keys()]) {
      if (!listed?.has(name)) {
        changed = this.drop(name) || changed;
      }
    }
    return changed;
  }

  /** The list broke off: it says nothing about what was not in it. */
  abandonList(): void {
    this.listed = undefined;
  }

  /** @returns whether anything changed */
  upsert({ authors = [], ...object }: RawObject): boolean {
    const name = nameObject(object);
    const fingerprint = fingerprintObject(object);
    const known = this.held.get(name);
    const origin = readOrigin(object, authors);
    if (known?.fingerprint === fingerprint) {
      known.origin = origin;
      return false;
    }
    const parsed = parseSafely(object);
    const resource = parsed.resources[0];
    this.held.set(name, { fingerprint, resource, origin });
    this.malformed.delete(name);
    if (parsed.errors.length > 0) {
      this.malformed.set(name, parsed.errors);
    }
    if (resource) {
      this.mesh.apply(resource);
    } else if (known?.resource) {
      this.mesh.remove(referTo(known.resource));
    }
    return true;
  }

  remove(object: RawObject): boolean {
    return this.drop(nameObject(object));
  }

  getOrigin(namespace: string, name: string): ObjectOrigin | undefined {
    return this.held.get(`${namespace}/${name}`)?.origin;
  }

  /** Objects that could not be read in full. */
  listErrors(): ParseError[] {
    return [...this.malformed.values()].flat();
  }

  private drop(name: string): boolean {
    const known = this.held.get(name);
    this.held.delete(name);
    this.malformed.delete(name);
    if (known?.resource) {
      this.mesh.remove(referTo(known.resource));
    }
    return Boolean(known);
  }
}

function readOrigin(
  { metadata }: RawObject,
  authors: FieldAuthor[],
): ObjectOrigin {
  const { uid, resourceVersion } = metadata;
  return {
    uid: typeof uid === 'string' ? uid : '',
    resourceVersion: resourceVersion ?? '',
    authors,
  };
}

function parseSafely(object: RawObject): {
  resources: Resource[];
  errors: ParseError[];
} {
  const resource = {
    kind: String(object.kind),
    namespace: object.metadata.namespace,
    name: object.metadata.name,
  };
  try {
    const { resources, errors } = parseObjects([object]);
    return {
      resources,
      errors: errors.map(error => ({ resource, ...error })),
    };
  } catch {
    // One odd object must not end the watch of its kind.
    return {
      resources: [],
      errors: [{ resource, message: 'The object could not be read' }],
    };
  }
}

/** `Gateway` names two kinds, so the API version has to travel along. */
function referTo(resource: Resource) {
  return {
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    namespace: resource.metadata.namespace,
    name: resource.metadata.name,
  };
}

/** What is no text, as an API server never sends, may be something that has none. */
function nameObject({ metadata: { namespace, name } }: RawObject): string {
  return `${typeof namespace === 'string' ? namespace : ''}/${name}`;
}

function fingerprintObject({ metadata, ...rest }: RawObject): string {
  const { resourceVersion, generation, ...kept } = metadata;
  return hash('sha1', JSON.stringify([kept, rest]), 'base64');
}
