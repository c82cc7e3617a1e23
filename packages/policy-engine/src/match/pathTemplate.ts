/** Characters that Envoy's uri_template allows in one path segment (RFC 3986 pchar). */
const SEGMENT = "a-zA-Z0-9\\-._~%!$&'()*+,;:@=";

const SEGMENT_CHARACTER = new RegExp(`^[${SEGMENT}]$`);

/** Whether a path template takes a character for a part of a segment. */
export function isSegmentCharacter(character: string): boolean {
  return SEGMENT_CHARACTER.test(character);
}

/**
 * Compiles Istio's path templates: `{*}` is one non-empty segment, `{**}` any rest, also empty.
 * Source: Envoy's source/extensions/path/uri_template_lib.
 */
export function compilePathTemplate(template: string): RegExp {
  const source = template
    .split(/(\{\*\*\}|\{\*\})/)
    .map(part => {
      if (part === '{*}') return `[${SEGMENT}]+`;
      if (part === '{**}') return `[${SEGMENT}/]*`;
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
