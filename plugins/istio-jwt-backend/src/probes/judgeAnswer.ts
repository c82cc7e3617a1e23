import { Observation } from 'backstage-plugin-istio-jwt-common';
import { ProbeAnswer } from './ProbeClient';

export interface Judgement {
  result: 'agrees' | 'disagrees' | 'inconclusive';
  note?: string;
}

/** Holds an answer against what the configuration says. */
export function judgeAnswer(
  expected: Observation['expected'],
  answer: ProbeAnswer,
): Judgement {
  if (answer.kind === 'error') {
    return { result: 'inconclusive', note: answer.message };
  }
  if (!expected.status) {
    return {
      result: 'inconclusive',
      note: 'The configuration does not tell what to expect.',
    };
  }
  const { status, body } = answer;
  if (expected.status.includes(status)) {
    return status === 401 || status === 403
      ? judgeRefusal(expected, body)
      : { result: 'agrees' };
  }
  if (status >= 500 || status === 404 || status === 429 || status === 400) {
    return {
      result: 'inconclusive',
      note: `The answer ${status} does not tell whether the token was looked at.`,
    };
  }
  if (!expected.status.includes('not-401-403')) {
    return { result: 'disagrees' };
  }
  if (status !== 401 && status !== 403) {
    return { result: 'agrees' };
  }
  return body
    ? { result: 'disagrees' }
    : {
        result: 'inconclusive',
        note: `${status}, but not in the gateway's words: the application itself seems to refuse.`,
      };
}

/** Only the proxy's own words prove that the proxy refused. */
function judgeRefusal(
  expected: Observation['expected'],
  body: string | undefined,
): Judgement {
  if (!body) {
    return {
      result: 'inconclusive',
      note: "The status is right, but not in the gateway's words: the application itself may have refused.",
    };
  }
  return expected.body && isRbac(expected.body) !== isRbac(body)
    ? {
        result: 'disagrees',
        note: `Refused for another reason than expected: ${body}`,
      }
    : { result: 'agrees' };
}

function isRbac(body: string): boolean {
  return body.startsWith('RBAC:');
}
