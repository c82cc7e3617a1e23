/** How an exception stands at this moment. @public */
export type CoverageExceptionState =
  /** Nobody approved it yet: it excepts nothing. */
  | 'requested'
  | 'active'
  /** Its time is over. */
  | 'expired'
  /** Somebody took it back. */
  | 'revoked';

/** What an exception is about. Without `wayIn`, `path` and `finding`: the whole service. @public */
export interface CoverageExceptionScope {
  cluster: string;
  namespace: string;
  name: string;
  /** Id of a way in. */
  wayIn?: string;
  /** Exact (`/healthz`), or a prefix (`/public/*`). */
  path?: string;
  /** Id of a finding. */
  finding?: string;
}

/** One thing that happened to an exception. @public */
export interface CoverageExceptionEvent {
  revision: number;
  action: 'requested' | 'approved' | 'changed' | 'revoked';
  /** Entity ref of a person, or name of a service. */
  by: string;
  at: string;
  reason: string;
  expiresAt: string;
}

/** Times are ISO 8601. @public */
export interface CoverageException {
  id: string;
  scope: CoverageExceptionScope;
  /** Of the service, when the exception was asked for. */
  entityRef?: string;
  reason: string;
  requestedBy: string;
  approvedBy?: string;
  state: CoverageExceptionState;
  createdAt: string;
  expiresAt: string;
  /** Has to be given back with each change. */
  revision: number;
  canChange: boolean;
  canApprove: boolean;
}

/** Answer of `GET /v1/exceptions/{exceptionId}`. @public */
export interface CoverageExceptionDetail extends CoverageException {
  /** Oldest first. */
  history: CoverageExceptionEvent[];
}

/** Answer of `GET /v1/exceptions?state&limit&cursor`: newest first. @public */
export interface CoverageExceptionPage {
  items: CoverageException[];
  nextCursor?: string;
}

/** Body of `POST /v1/exceptions`. @public */
export interface CoverageExceptionRequest {
  scope: CoverageExceptionScope;
  /** 1 to 1,000 characters. */
  reason: string;
  /** In the future, at most a year away. */
  expiresAt: string;
}

/**
 * Body of `PATCH /v1/exceptions/{exceptionId}`. Another reason or a later end takes a new approval.
 * 409 where `revision` is not the present one. Taking back is `DELETE …?revision=`.
 *
 * @public
 */
export interface CoverageExceptionChange {
  revision: number;
  reason?: string;
  expiresAt?: string;
  /** Takes the permission `istio-jwt.exception.approve`. */
  approve?: true;
}
