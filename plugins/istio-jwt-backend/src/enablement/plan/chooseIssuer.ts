import { EnablementChoices } from 'backstage-plugin-istio-jwt-common';
import { EnablementIssuer } from 'istio-jwt-policy-engine';
import { EnablementConfig } from '../../config';

type ChosenIssuer =
  | { ok: true; issuer: EnablementIssuer }
  | { ok: false; reason: string; alternatives: string[] };

/** An issuer that the config allows, with audiences that are no more than it allows. */
export function chooseIssuer(
  { issuers }: EnablementConfig,
  { issuer: wanted, audiences }: EnablementChoices,
): ChosenIssuer {
  const named = issuers.find(({ name }) => name === wanted);
  if (!named) {
    return {
      ok: false,
      reason: `No issuer ${JSON.stringify(wanted)} is allowed.`,
      alternatives: issuers.map(({ name }) => `Choose ${name}.`),
    };
  }
  const { name: _, ...issuer } = named;
  if (!audiences) return { ok: true, issuer };
  const allowed = issuer.audiences;
  const [foreign] = audiences.filter(
    audience => allowed.length > 0 && !allowed.includes(audience),
  );
  if (foreign !== undefined || audiences.length === 0) {
    return {
      ok: false,
      reason:
        foreign === undefined
          ? 'No audience was chosen.'
          : `The audience ${JSON.stringify(
              foreign,
            )} is not among those that the config allows of ${wanted}.`,
      alternatives:
        allowed.length > 0
          ? [`Choose among ${allowed.join(', ')}.`]
          : ['Leave audiences out: any is accepted.'],
    };
  }
  return { ok: true, issuer: { ...issuer, audiences } };
}
