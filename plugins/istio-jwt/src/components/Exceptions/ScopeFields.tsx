import { Radio, RadioGroup, Select, TextField } from '@backstage/ui';
import { DraftProblems, ExceptionDraft } from './draft';
import styles from './Exceptions.module.css';
import { useScopeOptions } from './useScopeOptions';

const NONE = 'none';

const LABELS = {
  cluster: 'Cluster',
  namespace: 'Namespace',
  name: 'Kubernetes Service',
};

/** What the exception is about. */
export function ScopeFields({
  draft,
  problems,
  onChange,
}: {
  draft: ExceptionDraft;
  problems: DraftProblems;
  onChange: (change: Partial<ExceptionDraft>) => void;
}) {
  return (
    <>
      <div className={styles.row}>
        {(['cluster', 'namespace', 'name'] as const).map(field => (
          <TextField
            key={field}
            label={LABELS[field]}
            isRequired
            value={draft[field]}
            maxLength={253}
            autoComplete="off"
            spellCheck="false"
            validationBehavior="aria"
            validate={() => problems[field] ?? null}
            onChange={value => onChange({ [field]: value })}
          />
        ))}
      </div>
      <RadioGroup
        label="It covers"
        value={draft.covers}
        validationBehavior="aria"
        validate={() => problems.part ?? null}
        onChange={value =>
          onChange({ covers: value === 'part' ? 'part' : 'service' })
        }
      >
        <Radio value="service">The whole service</Radio>
        <Radio value="part">
          A part of it: a way in, a path or a finding. The service is counted as
          before.
        </Radio>
      </RadioGroup>
      {draft.covers === 'part' && (
        <PartFields draft={draft} problems={problems} onChange={onChange} />
      )}
    </>
  );
}

function PartFields({
  draft,
  problems,
  onChange,
}: {
  draft: ExceptionDraft;
  problems: DraftProblems;
  onChange: (change: Partial<ExceptionDraft>) => void;
}) {
  const { cluster, namespace, name } = draft;
  const { waysIn, findings } = useScopeOptions({ cluster, namespace, name });
  return (
    <div className={styles.row}>
      <OptionalField
        label="Way in"
        value={draft.wayIn}
        options={waysIn}
        onChange={wayIn => onChange({ wayIn })}
      />
      <TextField
        label="Path"
        description="Exact as in /healthz, or a prefix as in /public/*."
        value={draft.path}
        autoComplete="off"
        spellCheck="false"
        validationBehavior="aria"
        validate={() => problems.path ?? null}
        onChange={path => onChange({ path })}
      />
      <OptionalField
        label="Finding"
        value={draft.finding}
        options={findings.map(id => ({ id, label: id }))}
        onChange={finding => onChange({ finding })}
      />
    </div>
  );
}

function OptionalField({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: { id: string; label: string }[];
  onChange: (value: string) => void;
}) {
  if (options.length === 0) {
    return (
      <TextField
        label={label}
        description="Its id, as the API gives it."
        value={value}
        autoComplete="off"
        spellCheck="false"
        onChange={onChange}
      />
    );
  }
  return (
    <Select
      label={label}
      value={value || NONE}
      options={[{ id: NONE, label: 'Any' }, ...options]}
      onChange={key =>
        onChange(key === NONE || key === null ? '' : String(key))
      }
    />
  );
}
