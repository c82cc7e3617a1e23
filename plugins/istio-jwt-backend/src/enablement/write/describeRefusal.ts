const MAX_CAUSES = 5;
const FIELD = /^[\w.[\]"'/:{},-]{1,200}$/;
const MANAGER = /^conflict with "([\w.:/ -]{1,128})"/;

interface StatusBody {
  details?: {
    causes?: { reason?: unknown; message?: unknown; field?: unknown }[];
  };
}

/**
 * Why the API server refused, in words of our own. Of its answer only names of fields and of field
 * managers are taken: webhooks may write anything into the rest.
 */
export function describeRefusal(status: number, content: unknown): string {
  const causes = listCauses(content);
  const where = causes.length > 0 ? ` (${causes.join('; ')})` : '';
  switch (status) {
    case 401:
      return 'The API server refused the credentials (401).';
    case 403:
      return 'The service account may not write this, or an admission policy refuses it (403). See manifests/enablement-rbac.yaml of the backend plugin.';
    case 404:
      return 'It is not there (404).';
    case 409:
      return `Somebody else changed or owns it (409)${where}.`;
    case 422:
    case 400:
      return `The API server takes it for invalid (${status})${where}.`;
    default:
      return `The API server answered ${status}.`;
  }
}

function listCauses(content: unknown): string[] {
  const causes = (content as StatusBody | null)?.details?.causes;
  return (Array.isArray(causes) ? causes : [])
    .slice(0, MAX_CAUSES)
    .flatMap(cause => {
      const field =
        typeof cause?.field === 'string' && FIELD.test(cause.field)
          ? cause.field
          : undefined;
      const [, manager] = MANAGER.exec(String(cause?.message ?? '')) ?? [];
      if (!field && !manager) return [];
      return manager ? `${field ?? 'a field'} belongs to ${manager}` : field!;
    });
}
