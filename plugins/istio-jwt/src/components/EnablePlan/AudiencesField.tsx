import { Checkbox, CheckboxGroup } from '@backstage/ui';

/** Which audiences count, of those that the platform team allows. */
export function AudiencesField({
  allowed,
  chosen,
  problem,
  onChange,
}: {
  allowed: string[];
  chosen: string[];
  problem?: string;
  onChange: (audiences: string[]) => void;
}) {
  return (
    <CheckboxGroup
      label="Audiences"
      description="A token has to be for one of these."
      value={chosen}
      onChange={onChange}
      validationBehavior="aria"
      validate={() => problem ?? null}
    >
      {allowed.map(audience => (
        <Checkbox key={audience} value={audience}>
          {audience}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}
