import {
  ClusterFreshness,
  EntityStatus,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';

interface EntityPath {
  kind: string;
  namespace: string;
  name: string;
}

interface RunPath extends EntityPath {
  runId: string;
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
};
