/** What issuers have in common that people mistake for one another: case, and slashes at the end. */
export function foldIssuer(issuer: string): string {
  let { length } = issuer;
  while (issuer[length - 1] === '/') length--;
  return issuer.slice(0, length).toLowerCase();
}
