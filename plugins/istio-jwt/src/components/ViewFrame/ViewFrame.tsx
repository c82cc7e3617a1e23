import { Link, Text } from '@backstage/ui';
import { RiArrowLeftLine } from '@remixicon/react';
import { ReactNode, useEffect, useRef } from 'react';
import { linkToView, useTabPath } from '../../routes';
import styles from './ViewFrame.module.css';

/**
 * A view that takes the place of the tab's sections: its heading gets the focus, so that whoever
 * cannot see the page change is told, and a link leads back.
 */
export function ViewFrame({
  title,
  summary,
  children,
}: {
  title: string;
  summary?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLDivElement>(null);
  const tabPath = useTabPath();
  useEffect(() => heading.current?.focus({ preventScroll: false }), []);
  return (
    <div className={styles.frame}>
      <div>
        <Link href={linkToView(tabPath, { kind: 'overview' })} standalone>
          <span className={styles.back}>
            <RiArrowLeftLine size="1.15em" aria-hidden />
            JWT protection
          </span>
        </Link>
        <div ref={heading} tabIndex={-1} className={styles.heading}>
          <Text as="h2" variant="title-small" weight="bold">
            {title}
          </Text>
        </div>
        {summary && (
          <Text as="p" variant="body-medium" color="secondary">
            {summary}
          </Text>
        )}
      </div>
      {children}
    </div>
  );
}
