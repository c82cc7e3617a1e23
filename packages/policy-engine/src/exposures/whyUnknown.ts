import { unknownReasons } from '../decide/decide';
import { traceEvaluation } from '../decide/trace';
import { Walk } from '../decide/walk';

/** Why it is not known whether a request reaches the workload. */
export function reasonOf(walked: Walk): string {
  if (walked.uncertain !== undefined) return walked.uncertain;
  for (const { program, request, evaluation } of walked.steps) {
    if (evaluation.passes !== 'unknown') continue;
    const [reason] = unknownReasons(
      traceEvaluation(program, request, evaluation),
    );
    if (reason !== undefined) return reason;
    const custom = evaluation.custom.rule?.policy;
    if (custom) {
      return `AuthorizationPolicy ${custom.namespace}/${custom.name} asks an external authorizer`;
    }
  }
  return 'the request does not say enough';
}
