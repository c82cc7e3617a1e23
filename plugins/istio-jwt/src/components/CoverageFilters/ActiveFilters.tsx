import { Button, Tag, TagGroup } from '@backstage/ui';
import { FilterPart } from '../../coverage/describeFilter';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import styles from './CoverageFilters.module.css';

/** What the list is narrowed down to; each part can be taken away. */
export function ActiveFilters({ parts }: { parts: FilterPart[] }) {
  const { filterBy, show } = useCoverageAddress();
  return (
    <div className={styles.active}>
      <TagGroup
        aria-label="Active filters"
        onRemove={keys =>
          filterBy(Object.fromEntries([...keys].map(key => [key, undefined])))
        }
      >
        {parts.map(({ name, text }) => (
          <Tag key={name} id={name} textValue={text}>
            {text}
          </Tag>
        ))}
      </TagGroup>
      <Button
        size="small"
        variant="tertiary"
        onPress={() => show({ filter: {} })}
      >
        Clear all
      </Button>
    </div>
  );
}
