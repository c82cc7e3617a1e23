import {
  Button,
  ButtonIcon,
  Checkbox,
  CheckboxGroup,
  Text,
  TextField,
} from '@backstage/ui';
import { RiAddLine, RiCloseLine } from '@remixicon/react';
import { ProposedExemptPath } from 'backstage-plugin-istio-jwt-common';
import { KeyboardEvent } from 'react';
import { addPath, ChoicesDraft } from './draft';
import styles from './EnablePlan.module.css';

/** Paths that stay open without a token: proposed ones, and one's own. */
export function ExemptPathsField({
  proposed,
  chosen,
  typed,
  problem,
  onChange,
}: {
  proposed: ProposedExemptPath[];
  chosen: string[];
  typed: string;
  problem?: string;
  onChange: (change: Pick<ChoicesDraft, 'exemptPaths' | 'ownPath'>) => void;
}) {
  const own = chosen.filter(path => !proposed.some(each => each.path === path));
  const add = () => {
    if (typed.trim() && !problem) {
      onChange({ exemptPaths: addPath(chosen, typed), ownPath: '' });
    }
  };
  return (
    <div className={styles.field}>
      <Text as="h3" variant="body-medium" weight="bold">
        Paths that stay open
      </Text>
      <Text as="p" variant="body-small" color="secondary">
        Without a token. A request that carries one needs a valid one there,
        too.
      </Text>
      {proposed.length > 0 && (
        <CheckboxGroup
          aria-label="Proposed paths"
          value={chosen}
          onChange={paths => onChange({ exemptPaths: paths, ownPath: typed })}
        >
          {proposed.map(({ path, reason }) => (
            <Checkbox key={path} value={path} className={styles.choice}>
              <code className={styles.path}>{path}</code>
              <span className={styles.hint}>{reason}</span>
            </Checkbox>
          ))}
        </CheckboxGroup>
      )}
      {own.length > 0 && (
        <ul className={styles.ownPaths} aria-label="Own paths">
          {own.map(path => (
            <li key={path}>
              <code className={styles.path}>{path}</code>
              <ButtonIcon
                size="small"
                variant="tertiary"
                aria-label={`Remove ${path}`}
                icon={<RiCloseLine aria-hidden />}
                onPress={() =>
                  onChange({
                    exemptPaths: chosen.filter(each => each !== path),
                    ownPath: typed,
                  })
                }
              />
            </li>
          ))}
        </ul>
      )}
      <div className={styles.ownPath}>
        <TextField
          label="Another path"
          description="Exact as in /healthz, or a prefix as in /public/*."
          value={typed}
          validationBehavior="aria"
          validate={() => problem ?? null}
          autoComplete="off"
          spellCheck="false"
          onChange={ownPath => onChange({ exemptPaths: chosen, ownPath })}
          onKeyDown={(event: KeyboardEvent) => {
            // Enter adds the path; it would send the whole form.
            if (event.key === 'Enter') {
              event.preventDefault();
              add();
            }
          }}
        />
        <Button
          variant="secondary"
          iconStart={<RiAddLine aria-hidden />}
          isDisabled={!typed.trim() || problem !== undefined}
          onPress={add}
        >
          Add
        </Button>
      </div>
    </div>
  );
}
