import { WEBHOOKS_KIND } from '../../attach/injection';
import { TAG } from '../../attach/istiods';
import { Mesh } from '../../attach/Mesh';
import { ParseError, ParseResult, Resource, ResourceRef } from '../../model';
import { readObject } from '../../parse/parseObjects';
import {
  isMeshConfig,
  MeshConfig,
  meshText,
  readMeshConfig,
} from '../../parse/meshConfig';
import { isObject, Reader, UNKNOWN_FIELD } from '../../parse/reader';
import { nameOf, refOf } from '../../parse/validateResource';
import { sameData } from '../../queries/queries';
import { InputError } from './InputError';
import { Installed } from './installs/installed';
import { installerOf } from './installs/installerOf';
import { asValues, valueAt } from './installs/values';
import { judgeKind } from './kinds';
import { LIMITS } from './limits';
import { LineFinder } from './LineFinder';
import { FileText } from './readText';
import type { SecondThread } from './SecondThread';

/** Where an object stands, so that lines inside it can be found when they are asked for. */
export interface Place {
  file: string;
  /** Line of the document's first content. */
  line: number;
  /** Path of the object inside its document; empty where it is the document. */
  at: string;
}

/** What is known of the input besides what it holds. */
export interface InputContext {
  /** Whether a cluster is read: it shows what is installed, which files only say in part. */
  isOfCluster?: boolean;
  /** Of objects that name none. Default `default`. */
  namespace?: string;
}

const REFUSED = 'the API server would refuse it';

/** Deeper ones are taken for an object of their own, and reported. */
const NO_LISTS = Number.MAX_SAFE_INTEGER;

/** What was read: a mesh, what could not be read, and where everything stands. */
export class MeshInput {
  readonly mesh = new Mesh();
  readonly errors: InputError[] = [];
  /** Errors past the limit. */
  errorsLeftOut = 0;
  /** What helped to read, as long as it is still there. */
  thread: SecondThread | undefined;
  /** What was read of the input, where a path was `-`. */
  standardInput: FileText | undefined;
  /** What is no error, and yet worth a look. */
  readonly notes: string[] = [];
  /** `recognized`: objects that Istio reads, or would if they were right. */
  readonly counts = { files: 0, objects: 0, ignored: 0, recognized: 0 };
  private finder: LineFinder | undefined;
  private readonly places = new Map<Resource, Place>();
  /** Objects that stand nowhere: something that stands there installs them. */
  private readonly installed = new Set<Resource>();

  constructor(private readonly context: InputContext = {}) {}

  report(error: InputError): void {
    if (this.errors.length < LIMITS.errors) this.errors.push(error);
    else this.errorsLeftOut += 1;
  }

  /**
   * Takes the value of one document.
   *
   * @param named - whether a person named the file: then what is no Kubernetes object is an error,
   * where in a folder it is a file of somebody else
   */
  addDocument(value: unknown, place: Place, named: boolean): void {
    if (value === null || value === undefined) return;
    const list = asList(value);
    if (!list) {
      this.addObject(value, place, named);
      return;
    }
    list.items.forEach((item, index) => {
      // Items of a typed list (`PodList`) come without kind and apiVersion.
      const typed =
        list.kind && isObject(item) && !('kind' in item)
          ? { kind: list.kind, apiVersion: list.apiVersion, ...item }
          : item;
      this.addObject(typed, { ...place, at: `items[${index}]` }, true);
    });
  }

  /** Where the object of a reference was read; undefined where it came from a cluster. */
  placeOf(ref: ResourceRef): Place | undefined {
    const resource = this.mesh.get(ref);
    return resource && this.places.get(resource);
  }

  private addObject(value: unknown, place: Place, named: boolean): void {
    const { kind, apiVersion } = asValues(value);
    const at = { file: place.file, line: place.line, place };
    if (kind === undefined && apiVersion === undefined) {
      const message =
        'is no Kubernetes object: it has no kind and no apiVersion';
      if (named) this.report({ kind: 'not-kubernetes', message, ...at });
      else this.counts.ignored += 1;
      return;
    }
    // Other webhooks are none of Istio's business.
    if (
      kind === WEBHOOKS_KIND &&
      valueAt(value, 'metadata', 'labels', TAG) === undefined
    ) {
      this.counts.ignored += 1;
      return;
    }
    if (typeof kind === 'string' && typeof apiVersion === 'string') {
      const verdict = judgeKind(kind, apiVersion);
      if (verdict.use === 'ignore') {
        const install = installerOf(kind, apiVersion);
        if (install && !this.context.isOfCluster) {
          this.addInstalled(install(asValues(value)), kind, place);
        } else {
          this.counts.ignored += 1;
        }
        return;
      }
      if (verdict.use === 'refuse') {
        const { message } = verdict;
        this.report({ kind: 'refused', message, path: 'apiVersion', ...at });
        return;
      }
      this.counts.recognized += 1;
    }
    this.readObject(value, place);
  }

  /** Takes what an object of a kind installs. */
  private addInstalled(
    { objects, doubts }: Installed,
    kind: string,
    place: Place,
  ): void {
    for (const doubt of doubts) {
      this.notes.push(`${place.file}:${place.line}: ${kind} ${doubt}`);
    }
    if (objects.length > 0) this.counts.recognized += 1;
    else this.counts.ignored += 1;
    objects.forEach(object => this.readObject(object, place, kind));
  }

  /** @param installer - kind of what installs the object, where it does not stand there by itself */
  private readObject(value: unknown, place: Place, installer?: string): void {
    const { file, line } = place;
    const result: ParseResult = { resources: [], errors: [] };
    readObject(value, { file, line }, result, NO_LISTS, this.context.namespace);
    result.resources.forEach(resource =>
      this.addResource(resource, result.errors, place, installer),
    );
    this.reportErrors(result, place);
  }

  private addResource(
    resource: Resource,
    errors: readonly ParseError[],
    place: Place,
    installer: string | undefined,
  ): void {
    const ref = { ...refOf(resource), apiVersion: resource.apiVersion };
    const before = this.mesh.get(ref);
    const wasInstalled = before !== undefined && this.installed.has(before);
    const isInstalled = installer !== undefined;
    // What stands there by itself tells more than what installs it.
    if (before && isInstalled && !wasInstalled) return;
    const first = before && this.places.get(before);
    if (
      first &&
      wasInstalled === isInstalled &&
      !isSame(before, resource, isInstalled)
    ) {
      const { file, line } = place;
      const what = isInstalled
        ? `${installer} installs ${nameOf(ref)}, which is also installed by`
        : `${nameOf(ref)} is also in`;
      const message = `${what} ${this.describePlace(
        first,
      )}, with another content; this one counts`;
      this.report({
        kind: 'duplicate',
        file,
        line,
        message,
        place,
        resource: ref,
      });
    }
    if (before) {
      this.places.delete(before);
      this.installed.delete(before);
    } else this.counts.objects += 1;
    this.places.set(resource, place);
    if (isInstalled) this.installed.add(resource);
    this.mesh.applyValidated(resource, errors);
  }

  private describePlace({ file, line, at }: Place): string {
    if (line === 0) return file;
    this.finder ??= new LineFinder(this.standardInput);
    const found = at ? this.finder.find({ file, line, path: at }) : line;
    return `${file}:${found}`;
  }

  private reportErrors({ errors }: ParseResult, place: Place): void {
    const { file, line } = place;
    for (const { message, path, resource } of errors) {
      const text = path ? `${path}: ${message}` : message;
      const said = resource
        ? {
            kind: 'refused' as const,
            message: message === UNKNOWN_FIELD ? text : `${REFUSED}: ${text}`,
            resource,
          }
        : { kind: 'not-kubernetes' as const, message: text };
      this.report({ ...said, file, line, ...(path ? { path } : {}), place });
    }
  }
}

/** Mesh config that is installed is the same where the engine reads the same of it. */
function isSame(a: Resource, b: Resource, isInstalled: boolean): boolean {
  if (isInstalled && isMeshConfig(a) && isMeshConfig(b)) {
    return sameData(configOf(a), configOf(b));
  }
  const content = ({ origin, ...rest }: Resource) => JSON.stringify(rest);
  return content(a) === content(b);
}

function configOf(resource: Resource): MeshConfig {
  return readMeshConfig(meshText(resource), new Reader());
}

function asList(
  value: unknown,
): { kind: string; apiVersion: unknown; items: unknown[] } | undefined {
  const { items, kind, apiVersion } = asValues(value);
  if (!Array.isArray(items)) return undefined;
  const ofList = typeof kind === 'string' ? kind.replace(/List$/, '') : '';
  return { kind: ofList, apiVersion, items };
}
