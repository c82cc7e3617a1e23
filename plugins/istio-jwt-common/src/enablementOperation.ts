import { EnablementPattern, ResourceRef } from 'istio-jwt-policy-engine';
import { EnablementService } from './enablementObjects';
import { EnablementPhase } from './enablementPhase';
import {
  EnablementChange,
  EnablementIntent,
  PlannedEnablementView,
} from './enablementPlan';

/** What a step rests on. Holds no token. @public */
export type EnablementEvidence =
  /** An object as the API server has it. */
  | {
      kind: 'object';
      at: string;
      ref: ResourceRef;
      /** Such as `created`, `updated`, `deleted`, `dry run accepted`. */
      action: string;
      resourceVersion?: string;
    }
  /** An answer of a proxy. */
  | {
      kind: 'probe';
      at: string;
      wayInId: string;
      host: string;
      /** Whose way in: the service's or a neighbour's. */
      of: 'target' | 'neighbour';
      title: string;
      method: string;
      path: string;
      /** Such as `401`, `not 401 or 403`, `as before: 200`. */
      expected: string;
      /** Such as `403 RBAC: access denied`, or why there is none. */
      observed: string;
      result: 'agrees' | 'disagrees' | 'inconclusive' | 'not-tested';
    }
  /** Something that cannot be known, and why. */
  | { kind: 'note'; at: string; message: string };

/** @public */
export interface EnablementStep {
  /** Such as `dry-run`, `apply-request-authentication`. Unique within the operation. */
  id: string;
  phase: EnablementPhase;
  title: string;
  status: 'running' | 'done' | 'failed';
  /** ISO 8601. */
  startedAt: string;
  finishedAt?: string;
  /** Newest last, at most 200. */
  evidence: EnablementEvidence[];
  /** Newest last, at most 200. */
  log: { at: string; message: string }[];
}

/** What an operation waits for whose objects somebody else writes. @public */
export interface EnablementProposal {
  /** Of the pull request, where it was told. http or https, without credentials. */
  url?: string;
  /** ISO 8601. Until then it has to stand in the cluster. */
  expiresAt: string;
}

/**
 * Why an operation stopped before it enforces anything (`istioJwt.enablement.shadow: hold`).
 *
 * @public
 */
export interface EnablementHold {
  /** What the dry run would have done with the requests that came, or why nobody knows. One or more sentences. */
  reason: string;
  /** ISO 8601. */
  since: string;
  /** ISO 8601. Without a decision until then it is taken back. */
  expiresAt: string;
  /** Who had it enforced. Absent: nobody so far. */
  enforcedBy?: string;
}

/** Body of `POST …/enablements/{enablementId}/decline`. @public */
export interface EnablementDeclineRequest {
  /** For whoever asked, at most 500 characters. Kept with the operation. */
  reason?: string;
}

/** Body of `POST …/enablement-plans/{planId}/proposal`. @public */
export interface EnablementProposalRequest {
  url?: string;
}

/** An operation without its steps. Times are ISO 8601. @public */
export interface EnablementSummary {
  id: string;
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  waysIn: { id: string; host: string; port: number }[];
  /** Name of the issuer, as in the config. */
  issuer: string;
  pattern?: EnablementPattern;
  phase: EnablementPhase;
  /** Why it ended, waits or goes back, in one sentence. */
  outcome?: string;
  /** Present where the portal itself writes nothing. */
  proposal?: EnablementProposal;
  startedBy: string;
  approvedBy?: string;
  /** Somebody asked to stop and take everything back. */
  cancelRequested: boolean;
  createdAt: string;
  updatedAt: string;
  finishedAt?: string;
}

/** Answer of `GET …/enablements/{enablementId}`. @public */
export interface Enablement extends EnablementSummary {
  changes: EnablementChange[];
  steps: EnablementStep[];
  approval: PlannedEnablementView['approval'];
  /** Present once it was held. */
  hold?: EnablementHold;
  /** What the caller may do now. */
  canCancel: boolean;
  /** Approve it, or decline. */
  canApprove: boolean;
  /** Have what is held enforced; giving it up is to cancel. */
  canEnforce: boolean;
}
