import {
  EnablementPhase,
  EnablementStep,
} from 'backstage-plugin-istio-jwt-common';
import { OperationRun } from '../OperationRun';

/** One step on the way forward. May be run again after any interruption. */
export interface StepDefinition {
  id: string;
  phase: EnablementPhase;
  title: string;
  run(run: OperationRun, step: EnablementStep): Promise<void>;
}

/** Until when a step waits for the API server, from now. In ms since the epoch. */
export function deadline({ tools }: OperationRun): number {
  return Date.now() + tools.deadlines.propagationMs;
}
