import { Judgement } from './judgeAnswer';
import { ProbeAnswer } from './ProbeClient';
import { VectorRequest } from './vectors';

/** What the answer to a probe tells that expects nothing. Never agrees or disagrees. */
export function describeInformative(
  made: VectorRequest,
  answer: ProbeAnswer,
): Judgement {
  if (answer.kind === 'error') {
    return { result: 'inconclusive', note: answer.message };
  }
  if (made.kind !== 'request' || made.echo === undefined) {
    return { result: 'inconclusive', note: 'For information alone.' };
  }
  switch (answer.echoed) {
    case true:
      return {
        result: 'inconclusive',
        note: 'The answer holds what the probe wrote into the header: it reaches the service, which must not trust it.',
      };
    case false:
      return {
        result: 'inconclusive',
        note: 'The answer does not hold what the probe wrote into the header: it was taken out, or the service does not answer with its headers.',
      };
    default:
      return {
        result: 'inconclusive',
        note: 'The answer could not be looked through.',
      };
  }
}
