import { KubeConfig } from '@kubernetes/client-node';
import { ClusterAccess } from '../config';

/** Credentials and certificates of one API server. @throws what client-node throws, which is never to be shown */
export function loadKubeConfig(
  access: Exclude<ClusterAccess, { kind: 'unsupported' }>,
): KubeConfig {
  const kubeConfig = new KubeConfig();
  switch (access.kind) {
    case 'kubeconfig':
      kubeConfig.loadFromFile(access.path);
      if (access.context) {
        kubeConfig.setCurrentContext(access.context);
      }
      return kubeConfig;
    case 'in-cluster':
      kubeConfig.loadFromCluster();
      return kubeConfig;
    default:
      kubeConfig.loadFromClusterAndUser(
        {
          name: 'cluster',
          server: access.url,
          caData: access.caData,
          caFile: access.caFile,
          skipTLSVerify: access.skipTLSVerify,
        },
        { name: 'user', token: access.serviceAccountToken },
      );
      return kubeConfig;
  }
}
