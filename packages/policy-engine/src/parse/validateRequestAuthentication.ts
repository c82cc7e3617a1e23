import { Reader } from './reader';
import { validateAttachment } from './validateAttachment';

/** Follows Istio's CRD rules and ValidateRequestAuthentication. */
export function validateRequestAuthentication(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  validateAttachment(reader, spec);
  reader.objects(spec.jwtRules, 'spec.jwtRules', (rule, path) =>
    validateJwtRule(reader, rule, path),
  );
}

function validateJwtRule(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  const issuer = reader.string(rule.issuer, `${path}.issuer`) ?? '';
  const jwksUri = reader.string(rule.jwksUri, `${path}.jwksUri`) ?? '';
  const jwks = reader.string(rule.jwks, `${path}.jwks`) ?? '';
  reader.strings(rule.audiences, `${path}.audiences`);
  if (issuer === '' && jwksUri === '') {
    reader.report(
      `${path}.issuer`,
      'must be set, unless jwksUri is (then any issuer is accepted)',
    );
  }
  if (jwks !== '' && jwksUri !== '') {
    reader.report(`${path}.jwks`, 'only one of jwks and jwksUri can be set');
  }
  if (jwksUri !== '' && !/^https?:\/\/[^/\s]+/.test(jwksUri)) {
    reader.report(`${path}.jwksUri`, 'must be an http or https URL');
  }
  if (jwks !== '' && !isKeySet(jwks)) {
    reader.report(`${path}.jwks`, 'must be a JSON Web Key Set (RFC 7517)');
  }
  validateLocations(reader, rule, path);
  validateOutputs(reader, rule, path);
}

function validateLocations(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  reader.objects(rule.fromHeaders, `${path}.fromHeaders`, (header, at) => {
    if (!reader.string(header.name, `${at}.name`)) {
      reader.report(`${at}.name`, 'must name a header');
    }
    reader.string(header.prefix, `${at}.prefix`);
  });
  reader.strings(rule.fromParams, `${path}.fromParams`);
  reader.strings(rule.fromCookies, `${path}.fromCookies`);
}

function validateOutputs(
  reader: Reader,
  rule: Record<string, unknown>,
  path: string,
): void {
  reader.boolean(rule.forwardOriginalToken, `${path}.forwardOriginalToken`);
  reader.string(rule.outputPayloadToHeader, `${path}.outputPayloadToHeader`);
  reader.strings(rule.spaceDelimitedClaims, `${path}.spaceDelimitedClaims`);
  reader.objects(
    rule.outputClaimToHeaders,
    `${path}.outputClaimToHeaders`,
    (output, at) => {
      for (const field of ['header', 'claim']) {
        if (!reader.string(output[field], `${at}.${field}`)) {
          reader.report(`${at}.${field}`, 'must be set');
        }
      }
    },
  );
}

function isKeySet(text: string): boolean {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && Array.isArray(value?.keys);
  } catch {
    return false;
  }
}
