import { createApiRef } from '@backstage/core-plugin-api';
import {
  CoverageException,
  CoverageExceptionChange,
  CoverageExceptionDetail,
  CoverageExceptionPage,
  CoverageExceptionRequest,
  CoverageExceptionState,
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
  CoverageSort,
  CoverageSummary,
  CoverageTrend,
} from 'backstage-plugin-istio-jwt-common';
import { IstioJwtPageOptions, IstioJwtRequestOptions } from './IstioJwtApi';

/** @public */
export interface IstioJwtCoverageListOptions extends IstioJwtPageOptions {
  /** Default: `title`. */
  sort?: CoverageSort;
  /** Default: `asc`. */
  order?: 'asc' | 'desc';
}

/** @public */
export interface IstioJwtTrendOptions extends IstioJwtRequestOptions {
  /** Length of the trend, 1 to 400. Default: 90. */
  days?: number;
}

/** @public */
export interface IstioJwtExceptionListOptions extends IstioJwtPageOptions {
  /** Only those that stand like this. */
  state?: CoverageExceptionState;
}

/**
 * What is asked of the istio-jwt backend plugin over all services. Every method rejects with
 * `ResponseError` of `@backstage/errors` where the backend refuses.
 *
 * @public
 */
export interface IstioJwtCoverageApi {
  listServices(
    filter: CoverageFilter,
    options?: IstioJwtCoverageListOptions,
  ): Promise<CoveragePage>;

  getSummary(
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageSummary>;

  /** Of the filter, `owner`, `system`, `namespace`, `cluster` and `claimed` are taken. */
  getTrend(
    filter: CoverageFilter,
    options?: IstioJwtTrendOptions,
  ): Promise<CoverageTrend>;

  listGroups(
    by: CoverageGroupBy,
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageGroups>;

  listFindings(
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageFindings>;

  /**
   * Hosts of a gateway, worst first.
   *
   * @param gateway - `cluster/namespace/name`; of the filter, `gateway` is not taken
   */
  listHosts(
    gateway: string,
    filter: CoverageFilter,
    options?: IstioJwtPageOptions,
  ): Promise<CoverageHostPage>;

  /** Whom {@link IstioJwtCoverageApi.sendOwnerNotices} would tell. Sends nothing. */
  previewOwnerNotices(
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageOwnerNoticePreview>;

  /** Has owners told. Rejects with 409 where more than `atMost` would be. */
  sendOwnerNotices(
    request: CoverageOwnerNoticeRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageOwnerNotice>;

  /** All services that the filter means, as a file. */
  exportServices(
    format: CoverageExportFormat,
    filter: CoverageFilter,
    options?: IstioJwtRequestOptions,
  ): Promise<Blob>;

  /** Newest first. */
  listExceptions(
    options?: IstioJwtExceptionListOptions,
  ): Promise<CoverageExceptionPage>;

  getException(
    exceptionId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageExceptionDetail>;

  createException(
    request: CoverageExceptionRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageException>;

  /** Changes or approves. Rejects with 409 where somebody changed it meanwhile. */
  changeException(
    exceptionId: string,
    change: CoverageExceptionChange,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageException>;

  /** Takes it back. Rejects with 409 where somebody changed it meanwhile. */
  revokeException(
    exceptionId: string,
    revision: number,
    options?: IstioJwtRequestOptions,
  ): Promise<CoverageException>;
}

/** @public */
export const istioJwtCoverageApiRef = createApiRef<IstioJwtCoverageApi>({
  id: 'plugin.istio-jwt.coverage',
});
