import {
  EnablementChoices,
  EnablementIntent,
  EnablementPhase,
  EnablementPlanRequest,
  EnablementService,
  EnablementStep,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyObject, PolicyRef } from 'backstage-plugin-istio-jwt-node';
import { EnablementPattern, PlannedStep } from 'istio-jwt-policy-engine';

/**
 * How an object stands, as far as an operation knows it. `from` and `to` can be nothing; `shadow` is
 * `to` with Istio's dry-run annotation; `between` lets through what either of `from` and `to` does.
 */
export type ObjectForm = 'from' | 'shadow' | 'between' | 'to';

/** When an object is replaced, where others are too: see the engine's `planPassage`. */
export type Passage =
  | { kind: 'early' }
  | { kind: 'late' }
  | { kind: 'between'; object: PolicyObject };

/** One object that an operation moves from what stood there to what is to stand there. */
export interface OperationChange {
  step: PlannedStep;
  ref: PolicyRef;
  /** Absent: nothing stood there. */
  from?: PolicyObject;
  /** Absent: nothing is to stand there. */
  to?: PolicyObject;
  /** Of operations that replace what stands. */
  passage?: Passage;
  /** Somebody consented that fields are taken from whoever owns them. */
  takesOver?: boolean;
  /** Only marks differ between `from` and `to`. */
  onlyMarks?: boolean;
  /** What was last known to stand there. */
  reached: ObjectForm;
  /** What is being written: noted first, so that a new driver knows what it may find. */
  heading?: ObjectForm;
  /** Of the object that stands there, where one does. Another one is somebody else's. */
  uid?: string;
  /** Left alone for good, and why. */
  abandoned?: string;
}

/** One request that shows how a way in behaves. Holds no token. */
export interface OperationCheck {
  of: 'target' | 'neighbour';
  service: { namespace: string; name: string };
  wayInId: string;
  host: string;
  kind:
    | 'no-token'
    | 'valid-token'
    | 'other-issuer'
    | 'not-a-jwt'
    | 'expired'
    | 'preflight'
    | 'exempt-path';
  title: string;
  path: string;
  /** Whose token it carries, and where. */
  issuer?: {
    issuer: string;
    audiences: string[];
    header?: { name: string; prefix?: string };
  };
  /** What the plan says of it: `200`, `403 RBAC: access denied`, `unknown`. */
  before: string;
  after: string;
  /**
   * Of a way in that comes or goes with the operation: what is answered while the policies stand and no
   * route leads there.
   */
  unrouted?: string;
}

/** What a check was answered before anything was written. By index of the check. */
export type Baseline = (string | null)[];

export interface Operation {
  id: string;
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  waysIn: { id: string; host: string; port: number }[];
  /** Name in the config. */
  issuer: string;
  /** What somebody chose, where it is known. */
  choices?: EnablementChoices;
  /** What is to be checked for keys. */
  keys?: { issuer: string; jwksUri?: string };
  pattern?: EnablementPattern;
  phase: EnablementPhase;
  outcome?: string;
  startedBy: string;
  approvedBy?: string;
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  approval: PlannedEnablementView['approval'];
  /** By which it can be planned again, to see whether anything changed. */
  plan: { request: EnablementPlanRequest; snapshot: string };
  /** In the order of writing. */
  changes: OperationChange[];
  checks: OperationCheck[];
  baseline?: Baseline;
  steps: EnablementStep[];
  /** Present where somebody else writes: times in ms since the epoch. */
  proposal?: {
    url?: string;
    expiresAt: number;
    /** How often it stood in the cluster and could not be proved. */
    tries?: number;
    /** When it may be tried again. */
    retryAt?: number;
  };
  /** Present once it stopped before it enforced anything. Times in ms since the epoch. */
  hold?: {
    /** One or more sentences. */
    reason: string;
    since: number;
    /** Without a decision until then it is taken back. */
    expiresAt: number;
    /** Who had it go on, and when. */
    enforced?: { by: string; at: number };
  };
  /** When it first wrote to the cluster, or was about to. */
  wroteAt?: number;
  /** When it turned to going back. */
  turnedBackAt?: number;
  /** What no other operation may touch meanwhile, such as a gateway. */
  locks: string[];
}

/** Phases in which a driver has something to do. */
export const DRIVEN_PHASES: readonly EnablementPhase[] = [
  'planned',
  'validating',
  'shadowing',
  'enforcing',
  'routing',
  'verifying',
  'rolling-back',
];

export const OVER_PHASES: readonly EnablementPhase[] = [
  'done',
  'rolled-back',
  'withdrawn',
  'expired',
  'declined',
];
