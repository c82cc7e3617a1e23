import { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import {
  CoverageException,
  CoverageExceptionChange,
  CoverageExceptionDetail,
  CoverageExceptionPage,
  CoverageExceptionRequest,
  CoverageExportFormat,
  CoverageFilter,
  CoverageFindings,
  CoverageGroupBy,
  CoverageGroups,
  CoverageHostPage,
  CoverageOwnerNotice,
  CoverageOwnerNoticePreview,
  CoverageOwnerNoticeRequest,
  CoveragePage,
  CoverageSummary,
  CoverageTrend,
} from 'backstage-plugin-istio-jwt-common';
import { BackendRequests } from './BackendRequests';
import { IstioJwtPageOptions, IstioJwtRequestOptions } from './IstioJwtApi';
import {
  IstioJwtCoverageApi,
  IstioJwtCoverageListOptions,
  IstioJwtExceptionListOptions,
  IstioJwtTrendOptions,
} from './IstioJwtCoverageApi';

/** The backend writes the file while it reads: with many services that takes its time. */
const EXPORT_TIMEOUT_MS = 120_000;
/** One owner after the other is told. */
const NOTICES_TIMEOUT_MS = 60_000;

/**
 * {@link IstioJwtCoverageApi} over HTTP.
 *
 * @public
 */
export class IstioJwtCoverageClient implements IstioJwtCoverageApi {
  private readonly requests: BackendRequests;

  constructor(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    this.requests = new BackendRequests(options);
  }

  async listServices(
    filter: CoverageFilter,
    options: IstioJwtCoverageListOptions = {},
  ): Promise<CoveragePage> {
    const { signal, ...page } = options;
    return this.get('/v1/coverage/services', { ...filter, ...page }, signal);
  }

  async getSummary(
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageSummary> {
    return this.get('/v1/coverage/summary', { ...filter }, options?.signal);
  }

  async getTrend(
    filter: CoverageFilter,
    options: IstioJwtTrendOptions = {},
  ): Promise<CoverageTrend> {
    const { owner, system, namespace, cluster, claimed } = filter;
    return this.get(
      '/v1/coverage/trend',
      { days: options.days, owner, system, namespace, cluster, claimed },
      options.signal,
    );
  }

  async listGroups(
    by: CoverageGroupBy,
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageGroups> {
    return this.get('/v1/coverage/groups', { by, ...filter }, options?.signal);
  }

  async listFindings(
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageFindings> {
    return this.get('/v1/coverage/findings', { ...filter }, options?.signal);
  }

  async listHosts(
    gateway: string,
    filter: CoverageFilter,
    options: IstioJwtPageOptions = {},
  ): Promise<CoverageHostPage> {
    const { signal, ...page } = options;
    return this.get(
      '/v1/coverage/hosts',
      { ...filter, gateway, ...page },
      signal,
    );
  }

  async previewOwnerNotices(
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageOwnerNoticePreview> {
    return this.get(
      '/v1/coverage/owner-notices',
      { ...filter },
      options?.signal,
    );
  }

  async sendOwnerNotices(
    request: CoverageOwnerNoticeRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageOwnerNotice> {
    return this.requests.sendForJson('POST', '/v1/coverage/owner-notices', {
      signal: options?.signal,
      body: request,
      timeoutMs: NOTICES_TIMEOUT_MS,
    });
  }

  async exportServices(
    format: CoverageExportFormat,
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<Blob> {
    const response = await this.requests.send(
      'GET',
      `/v1/coverage/export${writeQuery({ format, ...filter })}`,
      { signal: options?.signal, timeoutMs: EXPORT_TIMEOUT_MS },
    );
    return response.blob();
  }

  async listExceptions(
    options: IstioJwtExceptionListOptions = {},
  ): Promise<CoverageExceptionPage> {
    const { signal, ...page } = options;
    return this.get('/v1/exceptions', page, signal);
  }

  async getException(
    exceptionId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageExceptionDetail> {
    return this.get(exceptionPath(exceptionId), {}, options?.signal);
  }

  async createException(
    request: CoverageExceptionRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageException> {
    return this.requests.sendForJson('POST', '/v1/exceptions', {
      signal: options?.signal,
      body: request,
    });
  }

  async changeException(
    exceptionId: string,
    change: CoverageExceptionChange,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageException> {
    return this.requests.sendForJson('PATCH', exceptionPath(exceptionId), {
      signal: options?.signal,
      body: change,
    });
  }

  async revokeException(
    exceptionId: string,
    revision: number,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageException> {
    return this.requests.sendForJson(
      'DELETE',
      `${exceptionPath(exceptionId)}${writeQuery({ revision })}`,
      { signal: options?.signal },
    );
  }

  private async get<T>(
    path: string,
    query: Query,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.requests.sendForJson('GET', `${path}${writeQuery(query)}`, {
      signal,
    });
  }
}

type Query = Record<string, string | number | boolean | string[] | undefined>;

/** An empty text is kept: of owner, system and issuer it means "none". */
function writeQuery(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const isAbsent =
      value === undefined || (Array.isArray(value) && value.length === 0);
    if (!isAbsent) {
      params.set(name, String(value));
    }
  }
  const text = params.toString();
  return text && `?${text}`;
}

function exceptionPath(exceptionId: string): string {
  return `/v1/exceptions/${encodeURIComponent(exceptionId)}`;
}
