import { StatusProblem } from 'backstage-plugin-istio-jwt-common';
import { ClusterMirror } from '../cluster';
import { EntityTarget, listForeignServices } from '../entity';
import { AssessedService } from './assessEntity';

/** Of what is left out; the rest is counted. */
const MAX_NAMED = 5;

/** What keeps the status of an entity from being all that its annotations ask for, each once. */
export function listProblems(
  target: EntityTarget,
  mirrors: ClusterMirror[],
  assessed: AssessedService[],
): StatusProblem[] {
  return [
    ...listClusterProblems(mirrors),
    ...listMatchProblems(target, mirrors, assessed),
    ...dedupeProblems(assessed.flatMap(service => service.problems)),
  ];
}

function listClusterProblems(mirrors: ClusterMirror[]): StatusProblem[] {
  return mirrors.flatMap(({ freshness }): StatusProblem[] =>
    freshness.state.kind === 'unavailable'
      ? [
          {
            code: 'cluster-unavailable',
            message: `Cluster '${freshness.cluster}' was never read: ${freshness.state.reason}.`,
            fix: freshness.state.fix,
          },
        ]
      : [],
  );
}

function listMatchProblems(
  target: EntityTarget,
  mirrors: ClusterMirror[],
  assessed: AssessedService[],
): StatusProblem[] {
  const foreign = describeForeign(target, mirrors);
  const readable = mirrors.filter(
    ({ freshness }) => freshness.state.kind !== 'unavailable',
  );
  if (assessed.length > 1) {
    return [
      ...foreign,
      {
        code: 'several-services',
        message: `${assessed.length} Services match ${
          target.selectorText
        }: ${assessed
          .map(
            ({ status }) =>
              `${status.cluster}/${status.namespace}/${status.name}`,
          )
          .join(', ')}. The worst state of them is shown.`,
        fix: 'Narrow the search with backstage.io/kubernetes-namespace, backstage.io/kubernetes-cluster or a stricter label selector, if one alone is meant.',
      },
    ];
  }
  if (foreign.length > 0 || assessed.length === 1 || readable.length === 0) {
    return foreign;
  }
  const reading = readable.filter(
    ({ freshness }) => freshness.state.kind === 'syncing',
  );
  return [
    {
      code: 'no-match',
      message: `No Service, and no Pod behind a Service, has the labels ${
        target.selectorText
      } in ${
        target.namespace ? `namespace '${target.namespace}'` : 'any namespace'
      } of ${readable.map(({ config }) => `'${config.name}'`).join(', ')}.${
        reading.length ? ' Reading has not finished yet.' : ''
      }`,
      fix: 'Compare with kubectl get services,pods --show-labels, then correct the annotation backstage.io/kubernetes-label-selector or the labels.',
    },
  ];
}

/** Services that the annotations mean and that are left out, so that nobody wonders where they are. */
function describeForeign(
  target: EntityTarget,
  mirrors: ClusterMirror[],
): StatusProblem[] {
  const names = mirrors.flatMap(mirror =>
    listForeignServices(mirror, target).map(
      ({ namespace, name }) => `${mirror.config.name}/${namespace}/${name}`,
    ),
  );
  if (names.length === 0) return [];
  const more = names.length - MAX_NAMED;
  return [
    {
      code: 'not-owner',
      message: `${names.slice(0, MAX_NAMED).join(', ')}${
        more > 0 ? ` and ${more} more` : ''
      } ${
        names.length > 1
          ? 'match the annotations and are'
          : 'matches the annotations and is'
      } left out: istioJwt.ownership says that Services there belong to entities of other owners.`,
      fix: `Have the entity owned by whom istioJwt.ownership names for this namespace, or ask the platform team to add its owner${
        target.owners.length > 0 ? ` (${target.owners.join(', ')})` : ''
      } there. If another Service is meant, correct the annotations.`,
    },
  ];
}

function dedupeProblems(problems: StatusProblem[]): StatusProblem[] {
  return [
    ...new Map(problems.map(problem => [problem.message, problem])).values(),
  ];
}
