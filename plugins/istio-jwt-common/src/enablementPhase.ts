/**
 * Where an operation stands.
 *
 * - `planned`: accepted, not begun
 * - `awaiting-approval`: somebody with `istio-jwt.enablement.approve` has to approve it
 * - `validating`: everything is tried with a server-side dry run, then the RequestAuthentication is
 *   written and seen to refuse a junk token
 * - `shadowing`: the AuthorizationPolicy stands with `istio.io/dry-run`, enforcing nothing
 * - `held`: it would have refused requests, or that could not be counted: somebody has to say whether it
 *   is enforced
 * - `enforcing`: it is enforced (when disabling: taken away)
 * - `routing`: the route opens the way in that is closed by now (when disabling: it goes first)
 * - `verifying`: probes of the service and of sampled neighbours
 * - `done`
 * - `rolling-back`: what was written is taken back, last first
 * - `rolled-back`: everything is as it was before
 * - `failed`: even that could not be done; `outcome` says what stands there still
 * - `proposed`: files were given away for a pull request, and do not stand in the cluster yet. Once
 *   they do, it goes to `verifying`, and comes back where probes are not answered as planned
 * - `withdrawn`: a proposal that nobody follows any more. The portal wrote nothing, and takes nothing back
 * - `expired`: a proposal that did not stand in the cluster, or was not proved, in time
 * - `declined`: somebody who could have approved it did not want it. Nothing was written
 *
 * @public
 */
export type EnablementPhase =
  | 'planned'
  | 'awaiting-approval'
  | 'validating'
  | 'shadowing'
  | 'held'
  | 'enforcing'
  | 'routing'
  | 'verifying'
  | 'done'
  | 'rolling-back'
  | 'rolled-back'
  | 'failed'
  | 'proposed'
  | 'withdrawn'
  | 'expired'
  | 'declined';

const OVER_PHASES: readonly EnablementPhase[] = [
  'done',
  'rolled-back',
  'failed',
  'withdrawn',
  'expired',
  'declined',
];

/**
 * Whether an operation will not change any more, unless somebody asks for it: one that failed can be tried again.
 *
 * @public
 */
export function isEnablementOver(phase: EnablementPhase): boolean {
  return OVER_PHASES.includes(phase);
}
