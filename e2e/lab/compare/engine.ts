/**
 * Loads the policy engine from its sources. Its modules import each other without file extensions,
 * as Backstage packages do, so Node needs Backstage's own transform for them.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('@backstage/cli/config/nodeTransform.cjs');

type Engine = typeof import('istio-jwt-policy-engine');

const engine: Engine = require('istio-jwt-policy-engine');

export const {
  assessService,
  compileProxy,
  decide,
  decideWayIn,
  matchRoute,
  Mesh,
  parseObjects,
  planEnablement,
} = engine;
export type {
  Decision,
  EnablementPlan,
  RequestToken,
  WayIn,
  WayInDecision,
} from 'istio-jwt-policy-engine';
