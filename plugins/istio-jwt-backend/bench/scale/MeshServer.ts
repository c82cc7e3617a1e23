import { MeshChange } from 'istio-jwt-sandbox';
import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { buildListPath, WATCHED_KINDS } from '../../src/cluster/kinds';
import { swellPod } from './swellPod';

/** What the server had to do. */
export interface MeshServerLoad {
  lists: number;
  watches: number;
  bytes: number;
  events: number;
}

interface Watch {
  response: ServerResponse;
}

/** Objects of one kind, with what happened to them. */
class Collection {
  readonly objects = new Map<string, any>();
  /** Watches that begin later are told of these. */
  readonly log: { version: number; line: string }[] = [];
  readonly watches = new Set<Watch>();
}

/**
 * A Kubernetes API for measurements: paged lists of a consistent state, watches from a version on, Pods in
 * their full size. It holds objects as they are and makes their text anew for each list, as an API
 * server does from etcd.
 */
export class MeshServer {
  readonly load: MeshServerLoad = { lists: 0, watches: 0, bytes: 0, events: 0 };
  private readonly collections = new Map<string, Collection>();
  /** Lists that are being read, by their continue tokens. */
  private readonly snapshots = new Map<string, any[]>();
  private version = 1;

  private readonly server: Server = createServer((request, response) => {
    response.on('error', () => {});
    const url = new URL(request.url!, 'http://x');
    const collection = this.collections.get(url.pathname);
    if (!collection) {
      response.writeHead(404).end();
    } else if (url.searchParams.has('watch')) {
      this.openWatch(collection, url.searchParams, response);
    } else {
      this.list(collection, url.searchParams, response);
    }
  });

  constructor(objects: object[]) {
    for (const kind of WATCHED_KINDS) {
      for (const version of kind.versions.slice(0, 1)) {
        const namespace = kind.rootNamespaceOnly ? 'istio-system' : undefined;
        const path = buildListPath(kind, version, namespace);
        this.collections.set(path, new Collection());
      }
    }
    for (const object of objects) {
      this.collectionOf(object)?.objects.set(nameOf(object), object);
    }
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>(resolve => {
      this.server.listen(port, '127.0.0.1', resolve);
    });
    const address = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  /** Goes away as a crash would have it. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => {
      this.server.close(resolve);
    });
  }

  change({ type, object }: MeshChange): void {
    const collection = this.collectionOf(object);
    if (!collection) return;
    this.version += 1;
    if (type === 'DELETED') {
      collection.objects.delete(nameOf(object));
    } else {
      collection.objects.set(nameOf(object), object);
    }
    const line = `${JSON.stringify({
      type,
      object: this.describe(object),
    })}\n`;
    collection.log.push({ version: this.version, line });
    for (const { response } of collection.watches) {
      this.send(response, line);
      this.load.events += 1;
    }
  }

  private list(
    collection: Collection,
    query: URLSearchParams,
    response: ServerResponse,
  ): void {
    this.load.lists += 1;
    const token = query.get('continue');
    const [key, from] = token ? token.split('/') : [`${this.version}`, '0'];
    const objects = (token && this.snapshots.get(token)) || [
      ...collection.objects.values(),
    ];
    const start = Number(from);
    const end = start + Number(query.get('limit') ?? Infinity);
    const isLast = end >= objects.length;
    const next = isLast ? undefined : `${key}/${end}/${Math.random()}`;
    if (next) this.snapshots.set(next, objects);
    if (token) this.snapshots.delete(token);
    response.writeHead(200, { 'content-type': 'application/json' });
    this.send(
      response,
      `{"kind":"List","apiVersion":"v1","metadata":${JSON.stringify({
        resourceVersion: key,
        continue: next,
      })},"items":[`,
    );
    objects.slice(start, end).forEach((object, index) => {
      const text = JSON.stringify(this.describe(object));
      this.send(response, index > 0 ? `,${text}` : text);
    });
    this.send(response, ']}');
    response.end();
  }

  private openWatch(
    collection: Collection,
    query: URLSearchParams,
    response: ServerResponse,
  ): void {
    this.load.watches += 1;
    const from = Number(query.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const { version, line } of collection.log) {
      if (version > from) this.send(response, line);
    }
    const watch = { response };
    collection.watches.add(watch);
    const seconds = Number(query.get('timeoutSeconds') ?? 300);
    const timer = setTimeout(() => response.end(), seconds * 1000);
    response.on('close', () => {
      clearTimeout(timer);
      collection.watches.delete(watch);
    });
  }

  private send(response: ServerResponse, text: string): void {
    this.load.bytes += text.length;
    response.write(text);
  }

  private describe(object: any): object {
    const full = object.kind === 'Pod' ? swellPod(object) : object;
    return {
      ...full,
      metadata: { ...full.metadata, resourceVersion: String(this.version) },
    };
  }

  private collectionOf(object: any): Collection | undefined {
    const [group, version] = object.apiVersion.includes('/')
      ? object.apiVersion.split('/')
      : ['', object.apiVersion];
    const kind = WATCHED_KINDS.find(
      each => each.kind === object.kind && each.group === group,
    );
    return kind && this.collections.get(buildListPath(kind, version));
  }
}

function nameOf(object: any): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
