import { ObjectForm, OperationChange } from '../../operation';
import { moveObject } from '../moveObject';
import { deadline, StepDefinition } from './StepDefinition';

/** @param form - what each of the objects that are meant is brought into, one after the other */
export function moveAll(
  isMeant: (change: OperationChange) => boolean,
  form: ObjectForm | ((change: OperationChange) => ObjectForm),
): StepDefinition['run'] {
  return async (run, step) => {
    for (const change of run.operation.changes.filter(isMeant)) {
      const wanted = typeof form === 'function' ? form(change) : form;
      await moveObject(run, step, change, wanted, deadline(run));
    }
  };
}

export function isAuthentication({ step }: OperationChange): boolean {
  return step === 'request-authentication';
}

export function isPolicy({ step }: OperationChange): boolean {
  return step === 'authorization-policy';
}

export function isGateway({ step }: OperationChange): boolean {
  return step === 'gateway';
}

export function isRoute({ step }: OperationChange): boolean {
  return step === 'route';
}
