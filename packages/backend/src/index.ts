import { createBackend } from '@backstage/backend-defaults';
import { endWithLog } from './endWithLog';
import { ownershipPolicyModule } from './ownershipPolicy';
import { sandboxPlatformModule } from './sandboxPlatform';
import { sandboxRepositoryModule } from './sandboxRepository';

endWithLog();

const backend = createBackend();

backend.add(import('@backstage/plugin-app-backend'));

backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-guest-provider'));
backend.add(sandboxPlatformModule);

backend.add(import('@backstage/plugin-catalog-backend'));
// Without it the catalog refuses templates.
backend.add(
  import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
);

backend.add(import('@backstage/plugin-permission-backend'));
backend.add(ownershipPolicyModule);

backend.add(import('@backstage/plugin-scaffolder-backend'));
backend.add(import('@backstage/plugin-scaffolder-backend-module-github'));
backend.add(import('backstage-plugin-scaffolder-backend-module-istio-jwt'));
backend.add(sandboxRepositoryModule);

// Actions of plugins, for clients of the Model Context Protocol.
backend.add(import('@backstage/plugin-mcp-actions-backend'));

backend.add(import('@backstage/plugin-events-backend'));
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-notifications-backend'));

backend.add(import('backstage-plugin-istio-jwt-backend'));

backend.start();
