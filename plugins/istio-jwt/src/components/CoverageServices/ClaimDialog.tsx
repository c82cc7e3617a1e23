import { Dialog, DialogBody, DialogHeader, Text } from '@backstage/ui';
import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { CopyLine } from '../CopyLine';
import styles from './CoverageServices.module.css';
import { writeClaim } from './writeClaim';

/** How an entity of the catalog comes to claim a service. */
export function ClaimDialog({
  service,
  onClose,
}: {
  service: CoverageService | undefined;
  onClose: () => void;
}) {
  return (
    <Dialog
      isOpen={service !== undefined}
      onOpenChange={isOpen => {
        if (!isOpen) onClose();
      }}
      width={560}
    >
      <DialogHeader>
        Claim {service?.namespace}/{service?.name}
      </DialogHeader>
      <DialogBody>
        {service?.claim && (
          <div className={styles.claim}>
            <Text as="p" variant="body-medium">
              No entity that you may see says that this Service of cluster{' '}
              {service.cluster} is its own. Add these annotations to the entity
              of its owner:
            </Text>
            <CopyLine
              text={writeClaim(service.claim.annotations)}
              label="annotations"
            />
          </div>
        )}
      </DialogBody>
    </Dialog>
  );
}
