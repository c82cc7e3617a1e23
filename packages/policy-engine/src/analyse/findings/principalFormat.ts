import { Check, CompiledRule } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector, Found } from '../detector';
import {
  checksOn,
  ListedValue,
  nameOf,
  replaceValue,
  rulePath,
  valuesOf,
} from '../rules';

export const principalFormat: Detector = {
  id: 'principal-format',
  severity: 'error',
  title: "A caller's identity is written in a form that never matches",
  why: 'Istio puts `spiffe://` before each value of `principals` and compares the result with the identity in the certificate, `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`.',
  fix: 'Write `cluster.local/ns/<namespace>/sa/<service account>`; `cluster.local` stands for the trust domain of the mesh.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['principal'],
  inRule: rule =>
    checksOn(rule, 'principal').flatMap(check =>
      valuesOf(check).flatMap(value => {
        const right = corrected(value.text);
        return right === value.text ? [] : describe(rule, check, value, right);
      }),
    ),
};

/** The form that was meant; undefined where that is not known; the text itself where it is right. */
function corrected(text: string): string | undefined {
  if (text.startsWith('spiffe://')) return text.slice('spiffe://'.length);
  if (/^ns\/[^/]+\/sa\/[^/]+$/.test(text)) return `cluster.local/${text}`;
  return text.includes('*') || text.includes('/') ? text : undefined;
}

function describe(
  rule: CompiledRule,
  check: Check,
  value: ListedValue,
  right: string | undefined,
): Found {
  return [
    {
      message: `${nameOf(rule.policy)} names the caller ${JSON.stringify(
        value.text,
      )}, which no certificate says.`,
      path: rulePath(rule, check.field),
      ...(right === undefined
        ? {}
        : {
            fix: `Write ${JSON.stringify(right)}.`,
            patch: replaceValue(rule, check, value, right),
          }),
    },
  ];
}
