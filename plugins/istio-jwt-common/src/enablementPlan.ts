import {
  ConsideredPattern,
  EnablementPattern,
  Finding,
  PlannedStep,
  ResourceRef,
  RouteRequest,
  WayInEffect,
} from 'istio-jwt-policy-engine';
import { EnablementService, NamedObject } from './enablementObjects';
import { EnablementChoices, EnablementWriting } from './enablementOptions';

/**
 * What an operation is for.
 *
 * - `enable`: ways in come to require a token
 * - `change`: those of an enablement require another one, or leave other paths open
 * - `disable`: what stands of an enablement is deleted
 * - `adopt`: policies that a person wrote are marked as the portal's
 * - `release`: those are given back: the marks are removed
 * - `restore`: what an operation wrote is brought back where it does not stand any more
 * - `accept`: what stands instead is taken for what is wanted
 *
 * @public
 */
export type EnablementIntent =
  | 'enable'
  | 'change'
  | 'disable'
  | 'adopt'
  | 'release'
  | 'restore'
  | 'accept';

/** Body of `POST …/enablement-plans`. @public */
export type EnablementPlanRequest =
  | ({
      intent: 'enable';
      service: EnablementService;
      /** Ids of ways in of the service; all by gateways, or all in the mesh. Empty with `route`. */
      waysIn: string[];
      /** Creates the way in, closed from its first moment. */
      route?: RouteRequest;
    } & EnablementChoices)
  /** Replaces what an enablement that is in force wrote, for the same ways in. */
  | ({ intent: 'change'; enablementId: string } & EnablementChoices)
  /** Takes back what stands of an enablement; `release` leaves it standing, without marks. */
  | { intent: 'disable' | 'release'; enablementId: string }
  /** Consent to take over each of these, as it stands. */
  | { intent: 'adopt'; service: EnablementService; objects: NamedObject[] }
  /** Consent to overwrite, delete or take over each of these, as it stands: all that differ and stand. */
  | {
      intent: 'restore' | 'accept';
      enablementId: string;
      objects: NamedObject[];
    };

/** One object of a plan, in the order of writing, with its YAML before and after. @public */
export interface EnablementChange {
  step: PlannedStep;
  action: 'create' | 'update' | 'delete';
  ref: ResourceRef;
  /** YAML of what stands there now. Absent for `create`. */
  before?: string;
  /** YAML of what will stand there. Absent for `delete`. */
  after?: string;
  /** Name of the file with `after` in the plan's commands. Absent for `delete`. */
  file?: string;
}

/** A neighbour's owner, as far as the caller may see the entity. @public */
export interface AffectedService extends EnablementService {
  entityRef: string;
  /** Entity refs of its owners. Empty: the catalog names none. */
  owners: string[];
  hosts: string[];
}

/** @public */
export interface PlannedEnablementView {
  kind: 'planned';
  /** Bound to the caller and the entity, good until `expiresAt`. */
  planId: string;
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  /** Of `enable` and `change`. */
  pattern?: EnablementPattern;
  why: string;
  considered: ConsideredPattern[];
  changes: EnablementChange[];
  /** Targets first; then neighbours, those with a change first, at most 200. */
  effects: WayInEffect[];
  /** Ways in of neighbours, in all. */
  neighbours: number;
  findings: { opened: Finding[]; resolved: Finding[] };
  /** What the plan cannot know, and somebody has to: each a sentence. */
  warnings: string[];
  affected: {
    /** Other services on the same proxies, where the caller may see an entity of theirs. */
    services: AffectedService[];
    /** Other services that belong to no entity that the caller may see. */
    others: number;
    /** Distinct hosts of others on the same proxies. */
    hosts: number;
  };
  approval:
    | { required: false }
    /** `reason`: one sentence. */
    | { required: true; permission: string; reason: string };
  /** Names of permissions that starting it takes. */
  permissions: string[];
  writing: EnablementWriting;
  /** Shell commands that do the same by hand, in order, for files named as in the commands. */
  commands: string[];
  /** Changes whenever the configuration that the plan depends on does. */
  snapshot: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** @public */
export interface RefusedEnablementView {
  kind: 'refused';
  entityRef: string;
  intent: EnablementIntent;
  service: EnablementService;
  reason: string;
  /** What can be done instead, each a sentence. */
  alternatives: string[];
  considered: ConsideredPattern[];
  /** Objects that stand in the way. */
  conflicts: ResourceRef[];
}

/** Answer of `POST …/enablement-plans`. @public */
export type EnablementPlanView = PlannedEnablementView | RefusedEnablementView;
