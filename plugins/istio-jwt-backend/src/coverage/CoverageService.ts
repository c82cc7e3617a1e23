import {
  CoverageFilter,
  CoverageSummary,
} from 'backstage-plugin-istio-jwt-common';
import { ClusterRegistry } from '../cluster';
import { Caller } from './exceptions/Caller';
import { ExceptionService } from './exceptions/ExceptionService';
import { OwnerNotices } from './notices/OwnerNotices';
import { IndexStore } from './index/IndexStore';
import { CountReader } from './read/CountReader';
import { CoverageReader } from './read/CoverageReader';
import { FindingReader } from './read/FindingReader';
import { HostReader } from './read/HostReader';
import { Trend } from './read/Trend';
import { Viewers } from './read/Viewer';

const CHANGE_DAYS = [7, 30];

/** Everything that the API of the coverage answers from. */
export class CoverageService {
  readonly viewers: Viewers;
  readonly reader: CoverageReader;
  readonly counts: CountReader;
  readonly findings: FindingReader;
  readonly hosts: HostReader;
  readonly trend: Trend;
  readonly exceptions: ExceptionService;
  readonly ownerNotices: OwnerNotices;

  constructor(
    private readonly options: {
      viewers: Viewers;
      reader: CoverageReader;
      counts: CountReader;
      findings: FindingReader;
      hosts: HostReader;
      trend: Trend;
      exceptions: ExceptionService;
      ownerNotices: OwnerNotices;
      store: Pick<IndexStore, 'getProgress'>;
      registry: Pick<ClusterRegistry, 'listFreshness'>;
    },
  ) {
    this.viewers = options.viewers;
    this.reader = options.reader;
    this.counts = options.counts;
    this.findings = options.findings;
    this.hosts = options.hosts;
    this.trend = options.trend;
    this.exceptions = options.exceptions;
    this.ownerNotices = options.ownerNotices;
  }

  async summarise(
    { viewer, credentials }: Caller,
    filter: CoverageFilter,
  ): Promise<CoverageSummary> {
    const { store, registry } = this.options;
    const now = Date.now();
    const [
      counts,
      progress,
      canRequestExceptions,
      canNotifyOwners,
      ...changes
    ] = await Promise.all([
      this.counts.summarise(viewer, filter, now),
      store.getProgress(),
      this.exceptions.access.mayRequestSome(credentials),
      this.ownerNotices.mayNotify({ credentials }),
      ...CHANGE_DAYS.map(days => this.trend.compare(viewer, filter, days, now)),
    ] as const);
    return {
      ...counts,
      scope: viewer.kind === 'all' ? 'all' : 'own',
      changes,
      ...(progress.indexedAt
        ? { indexedAt: new Date(progress.indexedAt).toISOString() }
        : {}),
      clusters: registry.listFreshness(),
      canRequestExceptions,
      canNotifyOwners,
    };
  }
}
