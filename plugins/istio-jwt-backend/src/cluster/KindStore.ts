import { createHash } from 'node:crypto';
import {
  Mesh,
  ParseError,
  parseObjects,
  Resource,
} from 'istio-jwt-policy-engine';
import { RawObject } from './trimObject';

interface Held {
  fingerprint: string;
  resource?: Resource;
}

/**
 * The objects of one kind (in one namespace, where a cluster is read by namespaces), kept in step
 * with the mesh. An object whose meaning did not change does not touch the mesh: pods and nodes
 * report their health many times a minute.
 */
export class KindStore {
  private readonly held = new Map<string, Held>();
  private readonly malformed = new Map<string, ParseError[]>();

  constructor(private readonly mesh: Mesh) {}

  /** @returns whether anything changed */
  replaceAll(objects: RawObject[]): boolean {
    const names = new Set(objects.map(nameObject));
    let changed = false;
    for (const name of [...this.held.keys()]) {
      if (!names.has(name)) {
        changed = this.drop(name) || changed;
      }
    }
    for (const object of objects) {
      changed = this.upsert(object) || changed;
    }
    return changed;
  }

  /** @returns whether anything changed */
  upsert(object: RawObject): boolean {
    const name = nameObject(object);
    const fingerprint = fingerprintObject(object);
    const known = this.held.get(name);
    if (known?.fingerprint === fingerprint) {
      return false;
    }
    const parsed = parseSafely(object);
    const resource = parsed.resources[0];
    this.held.set(name, { fingerprint, resource });
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

function nameObject({ metadata }: RawObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function fingerprintObject({ metadata, ...rest }: RawObject): string {
  const { resourceVersion, generation, ...kept } = metadata;
  return createHash('sha1')
    .update(JSON.stringify([kept, rest]))
    .digest('base64');
}
