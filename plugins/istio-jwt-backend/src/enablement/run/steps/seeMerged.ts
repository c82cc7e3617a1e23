import { deadline, StepDefinition } from './StepDefinition';
import { addObject, expectOurs, nameOf, readLive } from '../moveObject';
import { addNote, StepFailed } from '../OperationRun';

/** What somebody else wrote is there, as the API server has it now. */
export const SEE_MERGED: StepDefinition = {
  id: 'merged',
  phase: 'verifying',
  title: 'See that what was proposed stands in the cluster',
  run: async (run, step) => {
    const { prober } = run.tools;
    for (const change of run.operation.changes) {
      const live = await readLive(run, change, deadline(run));
      if (expectOurs(change, live) !== 'to') {
        throw new StepFailed(`${nameOf(change)} does not stand as planned.`);
      }
      addObject(step, change, live ? 'stands as planned' : 'is gone', live);
    }
    if (prober.disabledReason) throw new StepFailed(prober.disabledReason);
    addNote(
      step,
      'Neighbours were not asked before it was merged, so that nobody can tell whether they are answered as before.',
    );
  },
};
