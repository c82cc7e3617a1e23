import { Radio, RadioGroup, TextField } from '@backstage/ui';
import { AskedRequest } from '../../inspect/composeRequest';
import { AUTHORIZATION, TokenPlace } from '../../inspect/listPlaces';
import styles from './Inspector.module.css';

/** Method and path of the request that is decided, and where its token is. */
export function RequestFields({
  request,
  places,
  onChange,
}: {
  request: AskedRequest;
  /** Where tokens are looked for. */
  places: TokenPlace[];
  onChange: (request: AskedRequest) => void;
}) {
  return (
    <>
      <div className={styles.fields}>
        <TextField
          label="Method"
          className={styles.short}
          value={request.method}
          autoComplete="off"
          maxLength={20}
          onChange={method =>
            onChange({ ...request, method: method.trim().toUpperCase() })
          }
        />
        <TextField
          label="Path"
          value={request.path}
          autoComplete="off"
          spellCheck="false"
          maxLength={2000}
          validationBehavior="aria"
          validate={path =>
            path.startsWith('/') ? null : 'A path begins with /.'
          }
          onChange={path => onChange({ ...request, path: path.trim() })}
        />
      </div>
      {places.length > 1 && (
        <RadioGroup
          label="The token is sent in"
          value={(request.place ?? AUTHORIZATION).label}
          onChange={label =>
            onChange({
              ...request,
              place: places.find(place => place.label === label),
            })
          }
        >
          {places.map(({ label }) => (
            <Radio key={label} value={label}>
              {label}
            </Radio>
          ))}
        </RadioGroup>
      )}
    </>
  );
}
