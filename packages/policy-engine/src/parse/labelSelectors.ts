import { pick } from './meshDocument';
import { Reader } from './reader';
import { LabelSelectorSpec } from './specs';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** A list of Kubernetes' label selectors, in a document of Istio's. */
export function readLabelSelectors(
  value: unknown,
  field: string,
  reader: Reader,
): LabelSelectorSpec[] {
  const selectors: LabelSelectorSpec[] = [];
  reader.objects(value, field, (selector, at) => {
    selectors.push(readSelector(selector, at, reader));
  });
  return selectors;
}

function readSelector(
  selector: Record<string, unknown>,
  at: string,
  reader: Reader,
): LabelSelectorSpec {
  const labels =
    reader.object(pick(selector, 'matchLabels'), `${at}.matchLabels`) ?? {};
  const matchLabels = Object.entries(labels).map(
    ([key, value]): [string, string] => [
      key,
      reader.string(value, `${at}.matchLabels.${key}`) ?? '',
    ],
  );
  const matchExpressions: LabelSelectorSpec['matchExpressions'] = [];
  const expressions = pick(selector, 'matchExpressions');
  reader.objects(expressions, `${at}.matchExpressions`, (item, path) => {
    const operator = reader.string(item.operator, `${path}.operator`) ?? '';
    reader.oneOf(operator, `${path}.operator`, OPERATORS);
    matchExpressions.push({
      key: reader.string(item.key, `${path}.key`) ?? '',
      operator,
      values: reader.strings(item.values, `${path}.values`),
    });
  });
  return { matchLabels: Object.fromEntries(matchLabels), matchExpressions };
}
