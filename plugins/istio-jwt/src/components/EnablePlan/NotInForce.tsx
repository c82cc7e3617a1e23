import { Alert, Button } from '@backstage/ui';

/** Whoever came by an old address, or after somebody else, has nothing to plan here. */
export function NotInForce({ reload }: { reload: () => void }) {
  return (
    <Alert
      role="status"
      status="info"
      icon
      title="This enablement is not in force any more"
      description="It was replaced, taken back or edited since. The operations below say more."
      customActions={
        <Button size="small" variant="secondary" onPress={reload}>
          Look again
        </Button>
      }
    />
  );
}
