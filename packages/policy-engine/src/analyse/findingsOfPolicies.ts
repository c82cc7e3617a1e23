import { Finding } from '../model';
import { Mesh } from '../attach/Mesh';
import { compilePolicy } from '../compile/compilePolicy';
import { compileProviders } from '../compile/jwtProviders';
import { FindingList } from './findingList';
import {
  findingsOfNamespace,
  findingsOfProvider,
  findingsOfRule,
  findingsOfUnread,
} from './findProblems';

/**
 * Findings that policies show by themselves, whether or not they reach a Service: those of single
 * rules, and of policies that reach nothing. For an audit of a whole mesh; what has to do with a
 * Service comes with its assessment, and may repeat some of these.
 *
 * @public
 */
export function findingsOfPolicies(mesh: Mesh): Finding[] {
  const list = new FindingList();
  const namespaces = new Set([
    ...mesh.namespacesOf('RequestAuthentication'),
    ...mesh.namespacesOf('AuthorizationPolicy'),
  ]);
  for (const namespace of namespaces) {
    list.addKnown(findingsOfNamespace(mesh, namespace));
    for (const stored of mesh.inNamespace('RequestAuthentication', namespace)) {
      if (stored.errors.length > 0) continue;
      for (const provider of compileProviders(stored)) {
        list.addKnown(findingsOfProvider(mesh, provider));
      }
    }
    for (const stored of mesh.inNamespace('AuthorizationPolicy', namespace)) {
      const { action, dryRun, http } = compilePolicy(mesh, stored);
      if (dryRun || (action !== 'ALLOW' && action !== 'DENY')) continue;
      for (const rule of http) {
        if (rule.malformed !== undefined) continue;
        list.addKnown(findingsOfRule(mesh, rule, action));
      }
    }
  }
  for (const finding of findingsOfUnread(mesh)) list.add(finding);
  return list.sorted();
}
