import { Check, CompiledRule } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector, Found } from '../detector';
import { checksOn, nameOf, pointerOf, rulePath, valuesOf } from '../rules';

export const principalFormat: Detector = {
  id: 'principal-format',
  severity: 'error',
  title: "A caller's identity is written in a form that never matches",
  why: 'Istio puts `spiffe://` before each value of `principals` and compares the result with the identity in the certificate, `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`.',
  fix: 'Write `cluster.local/ns/<namespace>/sa/<service account>`; `cluster.local` stands for the trust domain of the mesh.',
  link: AUTHORIZATION_POLICY_DOCS,
  inRule: rule =>
    checksOn(rule, 'principal').flatMap(check =>
      valuesOf(check).flatMap(({ text, index }) => {
        const right = corrected(text);
        return right === text ? [] : describe(rule, check, text, index, right);
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
  text: string,
  index: number,
  right: string | undefined,
): Found {
  return [
    {
      message: `${nameOf(rule.policy)} names the caller ${JSON.stringify(
        text,
      )}, which no certificate says.`,
      path: rulePath(rule, check.field),
      ...(right === undefined
        ? {}
        : {
            fix: `Write ${JSON.stringify(right)}.`,
            patch: [
              {
                op: 'replace' as const,
                path: `${pointerOf(rule, check)}/${index}`,
                value: right,
              },
            ],
          }),
    },
  ];
}
