/*
 * A token in a search field would end in the address, the browser's history and the backend's logs;
 * one in a reason would be stored. Whoever pastes one by mistake is stopped before that.
 */
const JWT = /[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/;
/** `{"` in base64url: how the header of every JWT begins. */
const JWT_START = /(^|[^A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}/;
const BEARER = /\bbearer\s+\S{8,}/i;

/** Whether a text that a person typed seems to hold a token. */
export function looksLikeToken(text: string): boolean {
  return (
    JWT_START.test(text) ||
    BEARER.test(text) ||
    // Host names have dots too, but are lower case.
    (JWT.test(text) && /[A-Z]/.test(text) && /\d/.test(text))
  );
}
