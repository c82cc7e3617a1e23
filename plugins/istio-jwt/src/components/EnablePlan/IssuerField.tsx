import { Alert, Radio, RadioGroup } from '@backstage/ui';
import { EnablementIssuerOption } from 'backstage-plugin-istio-jwt-common';
import styles from './EnablePlan.module.css';

/** Whose tokens are asked for: one of those that the platform team allows. */
export function IssuerField({
  issuers,
  chosen,
  problem,
  onChange,
}: {
  issuers: EnablementIssuerOption[];
  chosen: string;
  problem?: string;
  onChange: (name: string) => void;
}) {
  if (issuers.length === 0) {
    return (
      <Alert
        status="warning"
        icon
        title="No issuer is allowed"
        description="The portal’s configuration names none under istioJwt.enablement.issuers. Ask the platform team to add yours."
      />
    );
  }
  return (
    <RadioGroup
      label="Issuer"
      description="Allowed by the platform team in the portal’s configuration."
      value={chosen}
      onChange={onChange}
      validationBehavior="aria"
      validate={() => problem ?? null}
    >
      {issuers.map(issuer => (
        <Radio key={issuer.name} value={issuer.name}>
          <span>
            <span className={styles.choiceName}>{issuer.name}</span>
            <span className={styles.hint}>{describeIssuer(issuer)}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

function describeIssuer({
  issuer,
  audiences,
  fromHeaders,
  claims,
}: EnablementIssuerOption): string {
  return [
    issuer,
    audiences.length > 0
      ? `audience ${audiences.join(' or ')}`
      : 'any audience: tokens for other applications are accepted too',
    ...fromHeaders.map(({ name, prefix }) =>
      prefix
        ? `in the header ${name} after “${prefix}”`
        : `in the header ${name}`,
    ),
    ...claims.map(({ name, values }) => `${name} is ${values.join(' or ')}`),
  ].join('; ');
}
