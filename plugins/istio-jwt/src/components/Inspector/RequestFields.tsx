import { TextField } from '@backstage/ui';
import { AskedRequest } from '../../inspect/composeRequest';
import styles from './Inspector.module.css';

/** Method and path of the request that is decided. */
export function RequestFields({
  request,
  onChange,
}: {
  request: AskedRequest;
  onChange: (request: AskedRequest) => void;
}) {
  return (
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
  );
}
