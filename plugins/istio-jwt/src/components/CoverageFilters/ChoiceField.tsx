import { Select } from '@backstage/ui';

const ANY = 'any';
/** Before each value, so that none can be taken for `any`, and "none" is not empty. */
const IS = '=';
const SEARCHABLE_FROM = 10;

/** One value of several, or any. A chosen value that is not among them is offered too. */
export function ChoiceField({
  label,
  value,
  values,
  nameValue = text => text,
  hasNone = false,
  onChange,
}: {
  label: string;
  value: string | undefined;
  values: string[];
  nameValue?: (value: string) => string;
  /** Whether "none" can be asked for. */
  hasNone?: boolean;
  onChange: (value: string | undefined) => void;
}) {
  const present = [
    ...(hasNone ? [''] : []),
    ...values.filter(each => each !== ''),
    ...(value && !values.includes(value) ? [value] : []),
  ];
  return (
    <Select
      label={label}
      value={value === undefined ? ANY : `${IS}${value}`}
      search={present.length >= SEARCHABLE_FROM ? true : undefined}
      options={[
        { id: ANY, label: 'Any' },
        ...present.map(each => ({
          id: `${IS}${each}`,
          label: each === '' ? 'None' : nameValue(each),
        })),
      ]}
      onChange={key =>
        onChange(
          key === null || key === ANY
            ? undefined
            : String(key).slice(IS.length),
        )
      }
    />
  );
}
