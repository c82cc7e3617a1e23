/**
 * Rules of our own for secretlint: whoever tests a product for JWTs has tokens and keys in the JSON and base64
 * forms of RFC 7515 and 7517, which its own rules do not know.
 */

/** Bytes of the shortest signature that a registered `alg` makes: HS256 (RFC 7518, 3.2). */
const SHORTEST_SIGNATURE = 32;
/** How far from its `kty` a member of a key may stand. */
const KEY_CHARS = 4_000;

const TOKEN = /\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g;
/** `d` of an RSA, EC or OKP key, `k` of a symmetric one (RFC 7518, 6); quotes may be escaped. */
const KEY_MEMBER =
  /(?<![\w.-])(?:\\?["'])?([dk])(?:\\?["'])?\s*[:=]\s*\\?["']([\w-]{42,})\\?["']/g;
/** A PEM block in base64, as kubeconfigs and Secrets hold it. */
const ENCODED_PEM = /LS0tLS1CRUdJTi[\w+/=]{40,}/g;

function decodeHeader(text) {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A token that somebody's key may have signed, or an encrypted one. Made-up signatures are too short. */
function isToken(text) {
  const [header, , ...rest] = text.split('.');
  if (typeof decodeHeader(header)?.alg !== 'string') return false;
  if (rest.length >= 3) return rest.every(part => part !== '');
  return Buffer.from(rest[0], 'base64url').length >= SHORTEST_SIGNATURE;
}

function isOfKey({ index, 1: member }, content) {
  const around = content.slice(
    Math.max(0, index - KEY_CHARS),
    index + KEY_CHARS,
  );
  return member === 'd'
    ? /\bkty\b/.test(around)
    : /\bkty\b\W{1,12}oct\b/.test(around);
}

function isPrivatePem([text]) {
  return Buffer.from(text, 'base64').toString('latin1').includes('PRIVATE KEY');
}

function* findAll(content) {
  for (const match of content.matchAll(TOKEN)) {
    if (isToken(match[0])) yield { match, messageId: 'TOKEN' };
  }
  for (const match of content.matchAll(KEY_MEMBER)) {
    if (isOfKey(match, content)) yield { match, messageId: 'PRIVATE_JWK' };
  }
  for (const match of content.matchAll(ENCODED_PEM)) {
    if (isPrivatePem(match)) yield { match, messageId: 'ENCODED_PEM' };
  }
}

export const tokenRules = {
  messages: {
    TOKEN: { en: () => 'a JWT with a whole signature' },
    PRIVATE_JWK: { en: () => 'the private part of a JWK' },
    ENCODED_PEM: { en: () => 'a private key, PEM in base64' },
  },
  meta: {
    id: 'tokens-and-keys',
    recommended: true,
    type: 'scanner',
    supportedContentTypes: ['text'],
  },
  create(context) {
    const t = context.createTranslator(tokenRules.messages);
    return {
      file({ content }) {
        for (const { match, messageId } of findAll(content)) {
          context.report({
            message: t(messageId),
            range: [match.index, match.index + match[0].length],
          });
        }
      },
    };
  },
};
