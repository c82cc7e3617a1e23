import { KubeObject } from './object';
import { badRequest } from './status';

/** @internal */
export type Matcher = (object: KubeObject) => boolean;

const LABEL_KEY = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const SET_TERM = new RegExp(`^(${LABEL_KEY})\\s+(in|notin)\\s+\\(([^)]*)\\)$`);
const EQUALITY_TERM = new RegExp(
  `^(${LABEL_KEY})\\s*(==|!=|=)\\s*([-A-Za-z0-9_.]*)$`,
);
const EXISTS_TERM = new RegExp(`^(!?)\\s*(${LABEL_KEY})$`);
const MAX_SELECTOR_LENGTH = 4096;

/**
 * Compiles a label selector: equality, `in`, `notin`, existence; terms are AND.
 *
 * @throws ApiError 400 where it cannot be parsed
 * @internal
 */
export function compileLabelSelector(selector: string | undefined): Matcher {
  if (!selector?.trim()) {
    return () => true;
  }
  if (selector.length > MAX_SELECTOR_LENGTH) {
    throw badRequest('unable to parse requirement: selector is too long');
  }
  const terms = splitTerms(selector).map(compileLabelTerm);
  return object => {
    const labels = object.metadata.labels ?? {};
    return terms.every(term => term(labels));
  };
}

function splitTerms(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map(term => term.trim())
    .filter(Boolean);
}

function compileLabelTerm(
  term: string,
): (labels: Record<string, string>) => boolean {
  const set = SET_TERM.exec(term);
  if (set) {
    const [, key, , operator, list] = set;
    const values = list.split(',').map(value => value.trim());
    return operator === 'in'
      ? labels => key in labels && values.includes(labels[key])
      : labels => !(key in labels) || !values.includes(labels[key]);
  }
  const equality = EQUALITY_TERM.exec(term);
  if (equality) {
    const [, key, , operator, value] = equality;
    return operator === '!='
      ? labels => labels[key] !== value
      : labels => labels[key] === value;
  }
  const exists = EXISTS_TERM.exec(term);
  if (exists) {
    const [, not, key] = exists;
    return not ? labels => !(key in labels) : labels => key in labels;
  }
  throw badRequest(`unable to parse requirement: found '${term}'`);
}

/**
 * Compiles a field selector. As on custom resources, only `metadata.name` and
 * `metadata.namespace` are supported.
 *
 * @throws ApiError 400 for any other field
 * @internal
 */
export function compileFieldSelector(selector: string | undefined): Matcher {
  if (!selector?.trim()) {
    return () => true;
  }
  const terms = selector.split(',').map(term => {
    const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(term.trim());
    if (!match) {
      throw badRequest(
        `invalid selector: '${selector}'; can't understand '${term}'`,
      );
    }
    const [, field, operator, value] = match;
    if (field !== 'metadata.name' && field !== 'metadata.namespace') {
      throw badRequest(`field label not supported: ${field}`);
    }
    const key = field === 'metadata.name' ? 'name' : 'namespace';
    return (object: KubeObject) =>
      (object.metadata[key] === value) === (operator !== '!=');
  });
  return object => terms.every(term => term(object));
}
