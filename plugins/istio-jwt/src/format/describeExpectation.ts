import { Observation } from 'backstage-plugin-istio-jwt-common';

/** What a probe should be answered, such as `403` or `200 to 399`. */
export function describeExpected({ status }: Observation['expected']): string {
  if (!status || status.length === 0) {
    return 'Any answer';
  }
  return status
    .map(one =>
      one === 'not-401-403' ? 'Let through (neither 401 nor 403)' : String(one),
    )
    .join(' or ');
}

/** What a probe was answered. */
export function describeObserved(observed: Observation['observed']): string {
  switch (observed.kind) {
    case 'answer':
      return String(observed.status);
    case 'error':
      return 'No answer';
    default:
      return 'Not sent';
  }
}

/** One sentence about an observation that disagrees. */
export function describeDisagreement(observation: Observation): string {
  const { expected, observed, title, request, caller } = observation;
  const where = request
    ? ` to ${request.method} ${request.host}${request.path}`
    : '';
  const who = caller ? ` from ${caller}` : '';
  return `“${title}”${where}${who}: expected ${lowerFirst(
    describeExpected(expected),
  )}, observed ${lowerFirst(describeObserved(observed))}.`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
