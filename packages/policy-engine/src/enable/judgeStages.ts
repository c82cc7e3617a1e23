import { Exposure, PlannedChange, WayInAssessment } from '../model';
import { assessService } from '../assess/assessService';
import { Mesh } from '../attach/Mesh';
import { refOf } from '../parse';
import { answerTo } from './answers';
import { SimulatedWayIn, Simulation } from './simulate';
import { MeshChange, withChanges } from './withChanges';

type Ways = Pick<Simulation, 'targets' | 'neighbours'>;

/**
 * Why a plan that replaces what stands would do harm while it is carried out, although not at its
 * end: after each write, every request that the plan tells of and every class that passes is decided.
 */
export function whyUnsafeMeanwhile(
  mesh: Mesh,
  changes: readonly PlannedChange[],
  { targets, neighbours }: Ways,
): string | undefined {
  const ways = [...targets, ...neighbours];
  const after = changes.map(change => formOf(change, true));
  for (const stage of listStages(changes)) {
    const now = withChanges(mesh, stage, () =>
      ways.map(way => {
        const found = findWayIn(mesh, way);
        return {
          exposures: found?.exposures ?? [],
          answers: way.answers.map(({ request }) =>
            found ? answerTo(mesh, found, request) : 'unknown',
          ),
        };
      }),
    );
    for (const [index, way] of ways.entries()) {
      const { answers, exposures } = now[index];
      const reason =
        whyOdd(way, answers) ?? whyOpened(mesh, after, way, exposures);
      if (reason !== undefined) {
        const { host, port } = way.wayIn;
        return `While it is carried out, ${host}, port ${port}, of ${way.service.namespace}/${way.service.name} would ${reason}.`;
      }
    }
  }
  return undefined;
}

/** What differs from the present after each write but the last. */
export function listStages(changes: readonly PlannedChange[]): MeshChange[][] {
  const writes = [
    ...orderBySteps(changes)
      .filter(({ passage }) => passage?.kind !== 'late')
      .map(change => ({
        change,
        form: formOf(change, change.passage?.kind !== 'between'),
      })),
    ...orderBySteps(changes)
      .reverse()
      .filter(({ passage }) => passage?.kind !== 'early')
      .map(change => ({ change, form: formOf(change, true) })),
  ];
  return writes.slice(0, -1).map((_, index) => {
    const standing = new Map<PlannedChange, MeshChange>();
    for (const { change, form } of writes.slice(0, index + 1)) {
      standing.set(change, form);
    }
    return [...standing.values()];
  });
}

function formOf(
  { action, resource, passage }: PlannedChange,
  isFinal: boolean,
): MeshChange {
  if (!isFinal && passage?.kind === 'between') return passage.resource;
  return action === 'delete' ? { removed: refOf(resource) } : resource;
}

function orderBySteps(changes: readonly PlannedChange[]): PlannedChange[] {
  return (['request-authentication', 'authorization-policy'] as const).flatMap(
    step => changes.filter(change => change.step === step),
  );
}

function findWayIn(
  mesh: Mesh,
  { service, wayIn }: SimulatedWayIn,
): WayInAssessment | undefined {
  return assessService(mesh, service).waysIn.find(({ id }) => id === wayIn.id);
}

/** What both ends let through has to pass; what neither does must not. */
function whyOdd(
  way: SimulatedWayIn,
  answers: readonly string[],
): string | undefined {
  const index = way.answers.findIndex(({ before, after }, each) => {
    const now = answers[each];
    if (now === before || now === after) return false;
    return now === '200'
      ? before !== '200' && after !== '200'
      : before === '200' && after === '200';
  });
  return index < 0
    ? undefined
    : `answer “${way.answers[index].title}” with ${answers[index]}, unlike before and after`;
}

function whyOpened(
  mesh: Mesh,
  after: readonly MeshChange[],
  way: SimulatedWayIn,
  exposures: readonly Exposure[],
): string | undefined {
  const isRefused = ({ witness }: Exposure) => {
    const found = findWayIn(mesh, way);
    return found !== undefined && answerTo(mesh, found, witness) !== '200';
  };
  const fresh = exposures.filter(isRefused);
  if (fresh.length === 0) return undefined;
  const [opened] = withChanges(mesh, after, () => fresh.filter(isRefused));
  return opened && `let ${opened.summary} pass without a token`;
}
