import { parse } from 'yaml';

/**
 * Applies the files of a pull request to the sandbox, as Argo CD would after a merge.
 *
 * @param api - address of the sandbox's Kubernetes API
 * @param deleted - paths of files that the pull request deletes, named `<kind>.<namespace>.<name>.yaml`
 * @returns what was done, a line of Markdown for each object
 * @throws Error that names the file and what the sandbox answered
 */
export async function mergeFiles(
  api: string,
  files: readonly { path: string; content: string }[],
  deleted: readonly string[],
): Promise<string[]> {
  const done: string[] = [];
  for (const { path, content } of files) {
    const { kind, metadata } = parse(content);
    const { namespace, name } = metadata;
    const address = addressOf(api, kind, namespace, name);
    const response = await fetch(`${address}?fieldManager=argocd&force=true`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: content,
    });
    if (!response.ok) {
      throw new Error(`The sandbox answered ${response.status} to ${path}`);
    }
    done.push(`- ${kind} ${namespace}/${name} applied`);
  }
  for (const path of deleted) {
    const [kind, namespace, ...rest] = path.split('/').pop()!.split('.');
    const name = rest.slice(0, -1).join('.');
    const response = await fetch(addressOf(api, kind, namespace, name), {
      method: 'DELETE',
    });
    if (!response.ok && response.status !== 404) {
      throw new Error(
        `The sandbox answered ${response.status} to the deletion of ${path}`,
      );
    }
    done.push(
      `- ${kind} ${namespace}/${name} ${
        response.ok ? 'deleted' : 'was gone already'
      }`,
    );
  }
  return done;
}

/** One policy of the sandbox's mesh, as an address of its API. */
function addressOf(api: string, kind: string, namespace: string, name: string) {
  const plural =
    kind.toLowerCase() === 'requestauthentication'
      ? 'requestauthentications'
      : 'authorizationpolicies';
  return `${api}/apis/security.istio.io/v1/namespaces/${namespace}/${plural}/${name}`;
}
