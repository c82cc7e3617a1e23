import { LoggerService } from '@backstage/backend-plugin-api';
import {
  IssuerHealth,
  IssuerHealthView,
  Observation,
} from 'backstage-plugin-istio-jwt-common';
import { IssuerUse, Mesh } from 'istio-jwt-policy-engine';
import { JWK } from 'jose';
import { JwksConfig } from '../config';
import { AddressGuard } from '../probes/AddressGuard';
import { findRule } from '../probes/locateToken';
import { checkKeySource } from './checkKeySource';
import { describeHealth } from './describeHealth';
import { judgeUri } from './judgeUri';
import { findKeySource, firstUri, KeySource } from './KeySource';
import { TokenHeader } from '../probes/tokenSources';
import { KeySetRecord, KeySetStore } from './KeySetStore';
import { KeySetWatch, KeySetWatchOptions } from './KeySetWatch';
import { listKeySources, UsedKeySource } from './listKeySources';
import { readKeys } from './readKeys';
import { suspectIstiod } from './suspectIstiod';

/** As much of a cluster as this needs. */
export interface ClusterMesh {
  config: { name: string };
  mesh: Mesh;
  /** Grows with every change of the mesh. */
  revision: number;
}

export interface IssuerKeysOptions {
  registry: { list(): ClusterMesh[] };
  store: KeySetStore;
  logger: LoggerService;
  config: JwksConfig;
  guard: AddressGuard;
  /** Headers of valid tokens that token sources are known to give. */
  listTokenHeaders(): TokenHeader[];
  timing?: KeySetWatchOptions['timing'];
}

/** One issuer as one RequestAuthentication uses it. */
export interface IssuerInUse {
  mirror: ClusterMesh;
  use: IssuerUse;
}

const MAX_SOURCES = 500;

/** The keys of every issuer in use: their health for people, and their public parts for probes. */
export class IssuerKeys {
  private readonly watch: KeySetWatch;
  private sources = new Map<string, UsedKeySource>();
  private sourcesKey = '';

  constructor(private readonly options: IssuerKeysOptions) {
    const { config, guard } = options;
    this.watch = new KeySetWatch({
      store: options.store,
      logger: options.logger,
      intervalMs: config.intervalMs,
      timing: options.timing,
      listSources: () => this.listSources(),
      listTokens: ({ id }) =>
        options
          .listTokenHeaders()
          .filter(({ issuer }) => this.sources.get(id)?.issuers.has(issuer)),
      check: source =>
        checkKeySource(source, {
          allowedHosts: config.allowedHosts,
          caFile: config.caFile,
          timeoutMs: this.sources.get(source.id)?.timeoutMs,
          resolve: (host, port) => guard.resolveAll(host, port),
        }),
    });
  }

  /** Grows with everything that a person would call news. */
  get version(): number {
    return this.watch.version;
  }

  subscribe(listener: () => void): void {
    this.watch.subscribe(listener);
  }

  start(): void {
    this.watch.start();
  }

  stop(): void {
    this.watch.stop();
  }

  /** @param observations - of the entity, made under the present configuration */
  view(
    used: readonly IssuerInUse[],
    observations: readonly Observation[] = [],
  ): IssuerHealthView[] {
    const views = new Map<string, IssuerHealthView>();
    for (const { mirror, use } of used) {
      const by = {
        cluster: mirror.config.name,
        ref: use.requestAuthentication,
      };
      const key = JSON.stringify([
        use.issuer,
        use.jwks,
        // Every policy has inline keys of its own.
        use.jwks.kind === 'inline' ? by : undefined,
      ]);
      const known = views.get(key);
      if (known) {
        if (!known.usedBy.some(other => isSame(other, by))) {
          known.usedBy.push(by);
        }
      } else {
        views.set(key, this.viewOne(mirror, use, by, observations));
      }
    }
    return [...views.values()];
  }

  /** The same views with the newest times of checks. Keeps what is looked at from being backed off. */
  refresh(views: readonly IssuerHealthView[]): IssuerHealthView[] {
    return views.map(view => {
      const source = findKeySource(view);
      if (!source) {
        return view;
      }
      this.watch.noteWatched(source.id);
      return { ...view, health: this.describe(source) };
    });
  }

  /** What was read of an issuer's keys last; undefined where they were never read. */
  getRecord(use: Pick<IssuerUse, 'issuer' | 'jwks'>): KeySetRecord | undefined {
    const source = findKeySource(use);
    return source && this.watch.getRecord(source.id);
  }

  /** Public keys that an issuer published when it was read last. */
  listPublicKeys(use: Pick<IssuerUse, 'issuer' | 'jwks'>): JWK[] {
    return this.getRecord(use)?.lastRead?.keys.publicJwks ?? [];
  }

  /** Headers of valid tokens of an issuer, as far as any replica knows them. */
  listTokens(use: Pick<IssuerUse, 'issuer' | 'jwks'>): TokenHeader[] {
    return (this.getRecord(use)?.tokens ?? []).filter(
      ({ issuer }) => issuer === use.issuer,
    );
  }

  private viewOne(
    mirror: ClusterMesh,
    use: IssuerUse,
    by: IssuerHealthView['usedBy'][number],
    observations: readonly Observation[],
  ): IssuerHealthView {
    const { issuer, jwks } = use;
    const base = { issuer, jwks, usedBy: [by] };
    const source = findKeySource(use);
    if (!source) {
      const read = readKeys(findRule(mirror.mesh, use)?.jwks ?? '');
      const { keys = [], keyCount = 0 } = read ?? {};
      return {
        ...base,
        health: { kind: 'inline', keys, keyCount },
        tokens: [],
      };
    }
    const health = this.describe(source);
    const tokens = this.listTokens(use).map(({ kid, alg }) => ({
      ...(kid === undefined ? {} : { kid }),
      alg,
      published: this.isPublished(use, { kid, alg }),
    }));
    return {
      ...base,
      uri: firstUri(source),
      health,
      tokens,
      suspicion: suspectIstiod(
        issuer,
        health,
        observations,
        tokens.length > 0 ? tokens.every(token => token.published) : undefined,
      ),
    };
  }

  /** Envoy tries the keys whose id and algorithm fit; a key without them fits every token. */
  private isPublished(
    use: IssuerUse,
    token: { kid?: string; alg: string },
  ): boolean {
    return this.listPublicKeys(use).some(
      ({ kid, alg }) =>
        (!kid || !token.kid || kid === token.kid) &&
        (!alg || alg === token.alg),
    );
  }

  private describe(source: KeySource): IssuerHealth {
    const judgement = judgeUri(
      firstUri(source),
      this.options.config.allowedHosts,
    );
    if (judgement.kind === 'refused') {
      const { reason, fix } = judgement;
      return { kind: 'not-checked', reason, fix };
    }
    if (this.sources.has(source.id) || !this.sourcesKey) {
      return describeHealth(this.watch.getRecord(source.id));
    }
    return this.sources.size >= MAX_SOURCES
      ? {
          kind: 'not-checked',
          reason: `More than ${MAX_SOURCES} key sets are in use; this one is not among those that are checked.`,
          fix: 'Let fewer hosts be asked: istioJwt.jwks.allowedHosts.',
        }
      : { kind: 'checking' };
  }

  private listSources(): Map<string, UsedKeySource> {
    const mirrors = this.options.registry.list();
    const key = JSON.stringify(
      mirrors.map(({ config, revision }) => [config.name, revision]),
    );
    if (key !== this.sourcesKey) {
      this.sourcesKey = key;
      const allowed = [...listKeySources(mirrors.map(({ mesh }) => mesh))]
        .filter(
          ([, source]) =>
            judgeUri(firstUri(source), this.options.config.allowedHosts)
              .kind === 'allowed',
        )
        .slice(0, MAX_SOURCES);
      this.sources = new Map(allowed);
    }
    return this.sources;
  }
}

function isSame(
  a: IssuerHealthView['usedBy'][number],
  b: IssuerHealthView['usedBy'][number],
): boolean {
  return (
    a.cluster === b.cluster &&
    a.ref.namespace === b.ref.namespace &&
    a.ref.name === b.ref.name
  );
}
