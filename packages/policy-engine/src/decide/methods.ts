/**
 * Methods that Envoy's HTTP/1 parser accepts with a path; common ones first. HTTP/2 has no such list.
 */
export const METHODS: ReadonlySet<string> = new Set(
  (
    'GET POST PUT DELETE PATCH HEAD OPTIONS PROPFIND REPORT LOCK ACL BIND CHECKOUT COPY LINK ' +
    'MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPPATCH PURGE REBIND SEARCH ' +
    'SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE'
  ).split(' '),
);
