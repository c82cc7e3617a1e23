import {
  ClusterFreshness,
  CoverageException,
  CoverageExceptionChange,
  CoverageExceptionDetail,
  CoverageExceptionPage,
  CoverageExceptionRequest,
  CoverageFindings,
  CoverageGroups,
  CoveragePage,
  CoverageSummary,
  CoverageTrend,
  Enablement,
  EnablementDeclineRequest,
  EnablementOptions,
  EnablementPlanRequest,
  EnablementPlanView,
  EnablementProposalRequest,
  EnablementSummary,
  EntityStatus,
  Page,
  PlannedEnablementView,
  ProbeRun,
  ProbeRunSummary,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';

interface EntityPath {
  kind: string;
  namespace: string;
  name: string;
}

interface RunPath extends EntityPath {
  runId: string;
}

interface EnablementPath extends EntityPath {
  enablementId: string;
}

interface PlanPath extends EntityPath {
  planId: string;
}

interface PageQuery {
  limit?: number;
  cursor?: string;
}

/** As Backstage's error middleware writes it. */
interface ErrorBody {
  error: { name: string; message: string };
  request: { method: string; url: string };
  response: { statusCode: number };
}

/** Types of the operations of openapi.yaml. */
export type EndpointMap = {
  '#get|/v1/clusters': { response: ClusterFreshness[] };
  '#get|/v1/entities/{kind}/{namespace}/{name}/status': {
    path: EntityPath;
    response: EntityStatus;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/history': {
    path: EntityPath;
    query: PageQuery;
    response: Page<StateChange>;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/probe-runs': {
    path: EntityPath;
    query: PageQuery;
    response: Page<ProbeRunSummary>;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/probe-runs': {
    path: EntityPath;
    response: ProbeRun | ErrorBody;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/probe-runs/{runId}': {
    path: RunPath;
    response: ProbeRun;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/probe-runs/{runId}/cancel': {
    path: RunPath;
    response: ProbeRun;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/enablement-options': {
    path: EntityPath;
    response: EnablementOptions;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablement-plans': {
    path: EntityPath;
    body: EnablementPlanRequest;
    response: EnablementPlanView;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/enablement-plans/{planId}': {
    path: PlanPath;
    response: PlannedEnablementView;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablement-plans/{planId}/proposal': {
    path: PlanPath;
    body: EnablementProposalRequest;
    response: Enablement;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/enablements': {
    path: EntityPath;
    query: PageQuery;
    response: Page<EnablementSummary>;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablements': {
    path: EntityPath;
    body: { planId: string };
    response: Enablement | ErrorBody;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}': {
    path: EnablementPath;
    response: Enablement;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/cancel': {
    path: EnablementPath;
    response: Enablement;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/approve': {
    path: EnablementPath;
    response: Enablement;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/decline': {
    path: EnablementPath;
    body: EnablementDeclineRequest;
    response: Enablement;
  };
  '#get|/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/plan': {
    path: EnablementPath;
    response: PlannedEnablementView;
  };
  '#post|/v1/entities/{kind}/{namespace}/{name}/enablements/{enablementId}/enforce': {
    path: EnablementPath;
    response: Enablement;
  };
  '#get|/v1/coverage/services': { query: any; response: CoveragePage };
  '#get|/v1/coverage/summary': { query: any; response: CoverageSummary };
  '#get|/v1/coverage/trend': { query: any; response: CoverageTrend };
  '#get|/v1/coverage/groups': { query: any; response: CoverageGroups };
  '#get|/v1/coverage/findings': { query: any; response: CoverageFindings };
  '#get|/v1/coverage/export': { query: any; response: string };
  '#get|/v1/exceptions': { query: any; response: CoverageExceptionPage };
  '#post|/v1/exceptions': {
    body: CoverageExceptionRequest;
    response: CoverageException;
  };
  '#get|/v1/exceptions/{exceptionId}': {
    path: { exceptionId: string };
    response: CoverageExceptionDetail;
  };
  '#patch|/v1/exceptions/{exceptionId}': {
    path: { exceptionId: string };
    body: CoverageExceptionChange;
    response: CoverageException;
  };
  '#delete|/v1/exceptions/{exceptionId}': {
    path: { exceptionId: string };
    query: { revision: number };
    response: CoverageException;
  };
};
