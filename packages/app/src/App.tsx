import { createApp } from '@backstage/frontend-defaults';
import { signInModule } from './signIn';

export default createApp({ features: [signInModule] });
