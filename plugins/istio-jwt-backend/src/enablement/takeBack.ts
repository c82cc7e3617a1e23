import { Operation } from './operation';

/** An operation that nobody drives, as one whose objects are to go back. */
export function takeBack(operation: Operation, outcome: string): Operation {
  const { finishedAt, ...rest } = operation;
  const now = Date.now();
  return {
    ...rest,
    phase: 'rolling-back',
    outcome,
    turnedBackAt: now,
    updatedAt: now,
  };
}
