import { Radio, RadioGroup } from '@backstage/ui';
import {
  EnablementIssuerOption,
  ProposedExemptPath,
} from 'backstage-plugin-istio-jwt-common';
import { AudiencesField } from './AudiencesField';
import { ChoicesDraft, ChoicesProblems } from './draft';
import { ExemptPathsField } from './ExemptPathsField';
import { IssuerField } from './IssuerField';

/** Whose tokens are asked for, and what stays open without one. */
export function ChoicesFields({
  issuers,
  proposed,
  draft,
  problems,
  onChange,
}: {
  issuers: EnablementIssuerOption[];
  proposed: ProposedExemptPath[];
  draft: ChoicesDraft;
  problems: ChoicesProblems;
  onChange: (change: Partial<ChoicesDraft>) => void;
}) {
  const issuer = issuers.find(({ name }) => name === draft.issuer);
  return (
    <>
      <IssuerField
        issuers={issuers}
        chosen={draft.issuer}
        problem={problems.issuer}
        // Another issuer has audiences of its own.
        onChange={name => onChange({ issuer: name, audiences: undefined })}
      />
      {issuer && issuer.audiences.length > 1 && (
        <AudiencesField
          allowed={issuer.audiences}
          chosen={draft.audiences ?? issuer.audiences}
          problem={problems.audiences}
          onChange={audiences => onChange({ audiences })}
        />
      )}
      <ExemptPathsField
        proposed={proposed}
        chosen={draft.exemptPaths}
        typed={draft.ownPath}
        problem={problems.ownPath}
        onChange={onChange}
      />
      <RadioGroup
        label="CORS preflights"
        description="Browsers send them without a token, before a request of a page of another origin."
        value={draft.preflights}
        onChange={preflights =>
          onChange({
            preflights: preflights === 'refuse' ? 'refuse' : 'let-through',
          })
        }
      >
        <Radio value="let-through">Let them through</Radio>
        <Radio value="refuse">
          Refuse them: no page of another origin calls this service
        </Radio>
      </RadioGroup>
    </>
  );
}
