import { Card, CardBody, Text } from '@backstage/ui';
import { ReactNode, useId } from 'react';
import styles from './Section.module.css';

/** A titled part of the tab. */
export function Section({
  title,
  summary,
  actions,
  children,
}: {
  title: string;
  summary?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Card>
        <CardBody>
          <div className={styles.header}>
            <div>
              <Text id={id} as="h2" variant="title-x-small" weight="bold">
                {title}
              </Text>
              {summary && (
                <Text as="p" variant="body-medium" color="secondary">
                  {summary}
                </Text>
              )}
            </div>
            {actions}
          </div>
          {children}
        </CardBody>
      </Card>
    </section>
  );
}
