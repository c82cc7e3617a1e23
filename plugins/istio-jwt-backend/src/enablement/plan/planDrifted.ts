import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { planPassage, Resource } from 'istio-jwt-policy-engine';
import { PolicyObject } from 'backstage-plugin-istio-jwt-node';
import { listOthers } from '../drift/describeDrift';
import { Drift, DriftedObject } from '../drift/findDrift';
import { keyOf } from '../drift/listWritten';
import { authoredPart, OPERATION_ANNOTATION, withMarks } from '../marks';
import { OperationChange } from '../operation';
import { assemblePlan, inOrder, stepOf } from './assemblePlan';
import { whyNoConsent } from './consent';
import { findService } from './findService';
import { warnOfNeighbours } from './foreseeEffects';
import { listNamedPaths } from './listNamedPaths';
import { OperationPlanResult, PlanContext, refuse } from './OperationPlan';
import { recallIssuer } from './recallIssuer';

type DriftRequest = Extract<
  EnablementPlanRequest,
  { intent: 'restore' | 'accept' }
>;

/**
 * Plans to bring back what an operation wrote, or to take what stands instead for what is wanted.
 * Both touch what somebody else did, so that they name it.
 */
export function planDrifted(
  context: PlanContext,
  request: DriftRequest,
  { operation: earlier, written, objects }: Drift,
): OperationPlanResult {
  const { service, waysIn, pattern } = earlier;
  const found = findService(context, service);
  if (!found.ok) return refuse(service, found.reason, found.alternatives);
  const route = written.find(
    ({ ref }) => !ref.apiVersion.startsWith('security.istio.io/'),
  );
  if (route) {
    return refuse(
      service,
      `The operation also made the route, ${route.ref.kind} ${route.ref.namespace}/${route.ref.name}: while it is open, its policies cannot be replaced safely.`,
      [
        'Bring back what was written by hand, from the YAML that is shown.',
        'Stop requiring a token, which takes the route away first, and plan anew.',
      ],
    );
  }
  const { mirror } = found.assessed;
  const standing = objects.filter(({ kind }) => kind !== 'deleted');
  const why = whyNoConsent(
    mirror,
    standing.map(({ ref }) => ref),
    request.objects,
  );
  if (why !== undefined) {
    return refuse(service, why, ['Look at what stands now, and plan again.']);
  }
  const isRestoring = request.intent === 'restore';
  const drifted = new Map(objects.map(each => [keyOf(each.ref), each]));
  const refs = [
    ...written.map(({ ref }) => ref),
    ...objects.flatMap(({ kind, ref }) => (kind === 'extra' ? [ref] : [])),
  ];
  const changes = refs.map(ref => {
    const live = mirror.mesh.get(ref);
    return toChange(
      { ref, from: live && authoredPart(live) },
      isRestoring,
      written.find(each => keyOf(each.ref) === keyOf(ref))?.object,
      drifted.get(keyOf(ref)),
      { service, entityRef: context.entityRef, id: context.id },
    );
  });
  const { issuerName, issuer } = recallIssuer(context, earlier);
  return assemblePlan(context, found.assessed, {
    service,
    waysIn: waysIn.map(({ id }) => id),
    issuerName,
    issuer,
    // What stands was edited: nobody knows which choices it comes to.
    ...(isRestoring && earlier.choices ? { choices: earlier.choices } : {}),
    // Also those that somebody else opened or closed, which are what it is about.
    paths: listNamedPaths(changes.flatMap(({ from, to }) => [from, to])),
    ...(isRestoring && pattern ? { pattern } : {}),
    why: isRestoring
      ? 'What the operation wrote is put back as it was. RequestAuthentications are widened first, then policies are replaced.'
      : 'What stands is taken for what is wanted: no spec is changed, the marks name this operation.',
    changes: inOrder(changes),
    warnings: effects => [
      ...standing.map(describeOwners),
      ...warnOfNeighbours(effects),
    ],
  });

  function describeOwners({ ref, kind }: DriftedObject) {
    const who = listOthers(mirror.getOrigin(ref)?.authors ?? []).at(-1);
    const by = who
      ? `${who.manager}${who.at ? ` (${who.at})` : ''}`
      : 'somebody else';
    if (!isRestoring) {
      return `${ref.kind} ${ref.namespace}/${ref.name} stands as ${by} left it, and is answered for by this service from now on.`;
    }
    return kind === 'extra'
      ? `${ref.kind} ${ref.namespace}/${ref.name}, which ${by} made with the portal’s marks, is deleted.`
      : `What ${by} wrote into ${ref.kind} ${ref.namespace}/${ref.name} is overwritten. Make sure that it is not needed, and that nobody writes it again.`;
  }
}

function toChange(
  { ref, from }: { ref: OperationChange['ref']; from?: PolicyObject },
  isRestoring: boolean,
  written: PolicyObject | undefined,
  drifted: DriftedObject | undefined,
  marks: Parameters<typeof withMarks>[1],
): OperationChange {
  const base: OperationChange = {
    step: stepOf(ref.kind),
    ref,
    ...(from ? { from } : {}),
    ...(drifted ? { takesOver: true } : {}),
    reached: 'from',
  };
  if (!isRestoring) {
    return {
      ...base,
      ...(from ? { to: withMarks(from, marks) } : {}),
      onlyMarks: true,
    };
  }
  const to = written && {
    ...written,
    metadata: {
      ...written.metadata,
      annotations: {
        ...written.metadata.annotations,
        [OPERATION_ANNOTATION]: marks.id,
      },
    },
  };
  const passage = planPassage(from as Resource | undefined, to as Resource);
  return {
    ...base,
    ...(to ? { to } : {}),
    passage:
      passage.kind === 'between'
        ? { kind: 'between', object: authoredPart(passage.resource) }
        : passage,
  };
}
