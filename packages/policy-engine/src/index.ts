/**
 * Decides what Istio's proxies answer to a request, from RequestAuthentication and
 * AuthorizationPolicy resources. Pure: no I/O, runs in Node and in the browser.
 *
 * @packageDocumentation
 */
export * from './model';
