import {
  EnablementPlanRequest,
  EnablementWriting,
} from 'backstage-plugin-istio-jwt-common';
import { Operation } from '../operation';

/** A plan that may still be started. */
export interface StoredPlan {
  id: string;
  entityRef: string;
  /** Who asked for it, and nobody else may start it. */
  caller: string;
  request: EnablementPlanRequest;
  snapshot: string;
  /** ms since the epoch. */
  createdAt: number;
  expiresAt: number;
  /** Who would write it. */
  writing: EnablementWriting['mode'];
  /** As it will begin. */
  operation: Operation;
}

/** Plans that wait for being started. All times are ms since the epoch. */
export interface PlanStore {
  /** Deletes plans that are over, and the caller's oldest where there are too many. */
  save(plan: StoredPlan, now: number): Promise<void>;
  get(id: string): Promise<StoredPlan | undefined>;
  delete(id: string): Promise<void>;
}
