/**
 * Server-side apply, get and delete of any kind, sent as written. Not the typed client of
 * `@kubernetes/client-node`, which drops fields that it does not know, `x-kubernetes-int-or-string`
 * of a CRD among them; its kubeconfig handling is used.
 */
import https from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { request, type HttpAnswer } from './http.ts';

/** A Kubernetes object as the tests write it. */
export interface Manifest {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: any;
}

const FIELD_MANAGER = 'istio-jwt-lab';

export function parseManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml)
    .map(document => {
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS();
    })
    .filter(object => object !== null && object !== undefined);
}

const toObjects = (input: string | Manifest | Manifest[]): Manifest[] => {
  if (typeof input === 'string') return parseManifests(input);
  return Array.isArray(input) ? input : [input];
};

const describe = (object: Manifest) =>
  `${object.kind} ${object.metadata?.namespace ?? ''}/${object.metadata?.name}`;

/** The API server refused an object: its CRD rules, its schema, or a conflict. */
export class ApplyError extends Error {
  readonly status: number;

  constructor(object: Manifest, status: number, message: string) {
    super(`${describe(object)}: ${status} ${message}`);
    this.name = 'ApplyError';
    this.status = status;
  }
}

/** Whether the lab applied it. */
function isOwn({ metadata }: Manifest): boolean {
  const managers = (metadata?.managedFields ?? []) as { manager?: string }[];
  return managers.some(({ manager }) => manager === FIELD_MANAGER);
}

function readMessage(answer: HttpAnswer): string {
  try {
    return JSON.parse(answer.body).message;
  } catch {
    return answer.body.slice(0, 300);
  }
}

interface ResourceKind {
  plural: string;
  namespaced: boolean;
}

export class Kube {
  readonly config: KubeConfig;
  readonly #server: string;
  readonly #onlyOwn: boolean;
  readonly #kinds = new Map<string, ResourceKind>();
  #agent: https.Agent | undefined;
  #headers: Record<string, string> = {};

  /** `onlyOwn`: never change or delete an object that somebody else has made. */
  constructor(kubeconfigPath: string, options: { onlyOwn?: boolean } = {}) {
    this.#onlyOwn = options.onlyOwn ?? false;
    this.config = new KubeConfig();
    this.config.loadFromFile(kubeconfigPath);
    const cluster = this.config.getCurrentCluster();
    if (!cluster) throw new Error('The kubeconfig names no cluster');
    this.#server = cluster.server.replace(/\/$/, '');
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<HttpAnswer> {
    if (!this.#agent) {
      const options: https.RequestOptions = {};
      await this.config.applyToHTTPSOptions(options);
      const { ca, cert, key, rejectUnauthorized } = options;
      this.#headers = (options.headers ?? {}) as Record<string, string>;
      this.#agent =
        (options.agent as https.Agent) ??
        new https.Agent({ ca, cert, key, rejectUnauthorized, keepAlive: true });
    }
    return request(`${this.#server}${path}`, {
      method,
      headers: {
        ...this.#headers,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      agent: this.#agent,
      timeoutMs: 30_000,
    });
  }

  async #findKind(object: Manifest): Promise<ResourceKind> {
    const key = `${object.apiVersion}/${object.kind}`;
    const known = this.#kinds.get(key);
    if (known) return known;
    const root = object.apiVersion!.includes('/') ? '/apis' : '/api';
    const answer = await this.send('GET', `${root}/${object.apiVersion}`);
    if (answer.status === 200) {
      for (const each of JSON.parse(answer.body).resources) {
        if (each.name.includes('/')) continue;
        this.#kinds.set(`${object.apiVersion}/${each.kind}`, {
          plural: each.name,
          namespaced: each.namespaced,
        });
      }
    }
    const found = this.#kinds.get(key);
    if (!found) throw new ApplyError(object, 404, `no kind ${key} here`);
    return found;
  }

  async #pathOf(object: Manifest): Promise<string> {
    const { plural, namespaced } = await this.#findKind(object);
    const root = object.apiVersion!.includes('/') ? '/apis' : '/api';
    const scope = namespaced
      ? `/namespaces/${object.metadata?.namespace ?? 'default'}`
      : '';
    return `${root}/${object.apiVersion}${scope}/${plural}/${object.metadata?.name}`;
  }

  async #refuseOthers(object: Manifest): Promise<void> {
    if (!this.#onlyOwn) return;
    const found = await this.get(object);
    if (found && !isOwn(found)) {
      throw new ApplyError(object, 409, "is there already, and not the lab's");
    }
  }

  async #patch(object: Manifest, subresource: string): Promise<Manifest> {
    await this.#refuseOthers(object);
    const path = await this.#pathOf(object);
    const answer = await this.send(
      'PATCH',
      `${path}${subresource}?fieldManager=${FIELD_MANAGER}&force=true`,
      object,
      'application/apply-patch+yaml',
    );
    if (answer.status >= 300) {
      throw new ApplyError(object, answer.status, readMessage(answer));
    }
    return JSON.parse(answer.body);
  }

  /** Server-side apply, in order. Throws {@link ApplyError}. */
  async apply(input: string | Manifest | Manifest[]): Promise<Manifest[]> {
    const applied: Manifest[] = [];
    for (const object of toObjects(input)) {
      applied.push(await this.#patch(object, ''));
    }
    return applied;
  }

  /** Applies the status subresource of one object. */
  async applyStatus(object: Manifest): Promise<void> {
    await this.#patch(object, '/status');
  }

  /** Deletes objects in reverse order. One that is not there is no error. Throws {@link ApplyError}. */
  async remove(input: string | Manifest | Manifest[]): Promise<void> {
    for (const object of toObjects(input).reverse()) {
      await this.#refuseOthers(object);
      const answer = await this.send('DELETE', await this.#pathOf(object));
      if (answer.status >= 300 && answer.status !== 404) {
        throw new ApplyError(object, answer.status, readMessage(answer));
      }
    }
  }

  /** Undefined where it is not there. */
  async get(object: Manifest): Promise<Manifest | undefined> {
    const answer = await this.send('GET', await this.#pathOf(object));
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) {
      throw new ApplyError(object, answer.status, readMessage(answer));
    }
    return JSON.parse(answer.body);
  }

  /** Lists a path such as `/api/v1/services`. */
  async list(path: string): Promise<Manifest[]> {
    const answer = await this.send('GET', path);
    if (answer.status >= 300) {
      throw new Error(`GET ${path}: ${answer.status} ${readMessage(answer)}`);
    }
    return JSON.parse(answer.body).items;
  }

  /** A ServiceAccount's token, for Istio's CA unless told otherwise, as a projected volume would hold it. */
  async createToken(
    namespace: string,
    account: string,
    audiences = ['istio-ca'],
  ): Promise<string> {
    const answer = await this.send(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences, expirationSeconds: 86_400 },
      },
    );
    if (answer.status >= 300) {
      throw new Error(`token for ${account}: ${readMessage(answer)}`);
    }
    return JSON.parse(answer.body).status.token;
  }
}
