// Passkey ceremonies as an authenticator makes them, good ones and bad ones, with the verdict of @simplewebauthn/server
// on each. Prints tests/golden/webauthn_vectors.json:  node webauthn_vectors.mjs > ../golden/webauthn_vectors.json
import {createHash, generateKeyPairSync, randomBytes, sign} from 'node:crypto';
import {verifyAuthenticationResponse, verifyRegistrationResponse} from '@simplewebauthn/server';
import {isoCBOR} from '@simplewebauthn/server/helpers';

export const RP = 'bank.example', ORIGIN = 'https://bank.example';
const UP = 1, UV = 4, BE = 8, BS = 16, AT = 64, ED = 128;
const b64 = bytes => Buffer.from(bytes).toString('base64url');
const sha256 = bytes => createHash('sha256').update(bytes).digest();
const number = (value, size) => {
  const out = Buffer.alloc(size);
  out.writeUIntBE(value, 0, size);
  return out;
};
const unb64 = text => Buffer.from(text, 'base64url');

const kinds = {
  ES256: () => generateKeyPairSync('ec', {namedCurve: 'P-256'}),
  EdDSA: () => generateKeyPairSync('ed25519'),
  RS256: () => generateKeyPairSync('rsa', {modulusLength: 2048}),
};

function coseKey(alg, publicKey) {
  const jwk = publicKey.export({format: 'jwk'});
  if (alg === 'ES256') return new Map([[1, 2], [3, -7], [-1, 1], [-2, unb64(jwk.x)], [-3, unb64(jwk.y)]]);
  if (alg === 'EdDSA') return new Map([[1, 1], [3, -8], [-1, 6], [-2, unb64(jwk.x)]]);
  return new Map([[1, 3], [3, -257], [-1, unb64(jwk.n)], [-2, unb64(jwk.e)]]);
}
const encode = value => Buffer.from(isoCBOR.encode(value));
const signed = (alg, key, bytes) => sign(alg === 'EdDSA' ? null : 'sha256', bytes, key);

class Authenticator {
  constructor(alg) {
    this.alg = alg;
    Object.assign(this, kinds[alg]());
    this.id = randomBytes(32);
    this.cose = encode(coseKey(alg, this.publicKey));
  }
  clientData({type, challenge, origin = ORIGIN, ...rest}) {
    return Buffer.from(JSON.stringify({type, challenge, origin, crossOrigin: false, ...rest}));
  }
  authData({flags, count = 0, rp = RP, attested = Buffer.alloc(0), extensions = Buffer.alloc(0)}) {
    return Buffer.concat([sha256(rp), Buffer.from([flags]), number(count, 4), attested, extensions]);
  }
  register({flags = UP | UV | AT, fmt = 'none', client = {}, change = x => x, data = {}, cose = this.cose,
            aaguid = Buffer.alloc(16), idSize = this.id.length, statement, badSignature = false} = {}) {
    const challenge = b64(randomBytes(32));
    const clientDataJSON = this.clientData({type: 'webauthn.create', challenge, ...client});
    const attested = Buffer.concat([aaguid, number(idSize, 2), this.id, cose]);
    const authData = change(this.authData({flags, attested, ...data}));
    let attStmt = new Map();
    if (fmt === 'packed') {
      const sig = signed(this.alg, this.privateKey, Buffer.concat([authData, sha256(clientDataJSON)]));
      if (badSignature) sig[sig.length - 1] ^= 1;
      attStmt = new Map([['alg', coseKey(this.alg, this.publicKey).get(3)], ['sig', sig]]);
    }
    if (statement) attStmt = statement;
    const attestationObject = encode(new Map([['fmt', fmt], ['attStmt', attStmt], ['authData', authData]]));
    return {challenge, response: this.credential({clientDataJSON: b64(clientDataJSON),
                                                   attestationObject: b64(attestationObject), transports: ['internal']})};
  }
  assert({flags = UP | UV, count = 0, client = {}, data = {}, badSignature = false, signedOver} = {}) {
    const challenge = b64(randomBytes(32));
    const clientDataJSON = this.clientData({type: 'webauthn.get', challenge, ...client});
    const authData = this.authData({flags, count, ...data});
    const signature = signed(this.alg, this.privateKey,
                             Buffer.concat([signedOver ?? authData, sha256(clientDataJSON)]));
    if (badSignature) signature[signature.length - 1] ^= 1;
    return {challenge, response: this.credential({clientDataJSON: b64(clientDataJSON), authenticatorData: b64(authData),
                                                   signature: b64(signature), userHandle: b64('psu-1')})};
  }
  credential(response) {
    return {id: b64(this.id), rawId: b64(this.id), type: 'public-key', clientExtensionResults: {},
            authenticatorAttachment: 'platform', response};
  }
}

export async function verdict(vector) {
  const common = {response: vector.response, expectedChallenge: vector.challenge, expectedOrigin: ORIGIN,
                  expectedRPID: RP, requireUserVerification: true};
  try {
    if (vector.ceremony === 'registration') {
      const {verified} = await verifyRegistrationResponse({...common, supportedAlgorithmIDs: [-7, -8, -257]});
      return verified;
    }
    const {verified} = await verifyAuthenticationResponse(
      {...common, credential: {id: vector.response.id, publicKey: unb64(vector.publicKey), counter: vector.signCount}});
    return verified;
  } catch {
    return false;
  }
}

// `ours` only where we are stricter, with the reason.
function* vectors() {
  for (const alg of Object.keys(kinds)) {
    const key = new Authenticator(alg);
    const registration = (name, what, more = {}) => ({name: `${alg}: ${name}`, ceremony: 'registration', ...key.register(what), ...more});
    const assertion = (name, what, signCount = 0, more = {}) => ({
      name: `${alg}: ${name}`, ceremony: 'assertion', publicKey: b64(key.cose), signCount, ...key.assert(what), ...more});

    yield registration('a new passkey, no attestation', {});
    yield registration('a new passkey that signs for itself (packed)', {fmt: 'packed'});
    yield registration('a passkey that may be copied between devices', {flags: UP | UV | BE | BS | AT});
    yield registration('with extensions', {flags: UP | UV | AT | ED, data: {extensions: encode(new Map([['credProtect', 2]]))}});
    yield registration('self attestation, one bit of the signature off', {fmt: 'packed', badSignature: true});
    yield registration('a user who was not verified', {flags: UP | AT});
    yield registration('a user who was not present', {flags: UV | AT});
    yield registration('of another site (rpId)', {data: {rp: 'evil.example'}});
    yield registration('of another origin', {client: {origin: 'https://bank.example.evil.example'}});
    yield registration('of the same host without TLS', {client: {origin: 'http://bank.example'}});
    yield registration('an assertion\'s client data', {client: {type: 'webauthn.get'}});
    yield registration('another challenge', {client: {challenge: b64(randomBytes(32))}});
    yield registration('no credential in it', {flags: UP | UV});
    yield registration('one byte too many', {change: data => Buffer.concat([data, Buffer.from([0])])});
    yield registration('one byte too few', {change: data => data.subarray(0, data.length - 1)},
                       {ours: false, why: 'a truncated key is not read'});
    yield registration('a credential id longer than its bytes', {idSize: 60000});
    yield registration('a statement where there is none', {statement: new Map([['sig', Buffer.from('x')]])});
    yield registration('an attestation we did not ask for', {fmt: 'fido-u2f', statement: new Map()});
    yield registration('inside a foreign frame', {client: {crossOrigin: true}},
                       {ours: false, why: 'no page of the bank may be framed'});
    yield registration('backed up though it cannot be', {flags: UP | UV | BS | AT});

    yield assertion('a sign-in', {});
    yield assertion('a sign-in with a counter that grew', {count: 8}, 7);
    yield assertion('with a copied passkey', {flags: UP | UV | BE | BS});
    yield assertion('a counter that stood still', {count: 7}, 7);
    yield assertion('a counter that fell', {count: 6}, 7);
    yield assertion('a counter that vanished', {count: 0}, 7);
    yield assertion('one bit of the signature off', {badSignature: true});
    yield assertion('a user who was not verified', {flags: UP});
    yield assertion('a user who was not present', {flags: UV});
    yield assertion('of another site (rpId)', {data: {rp: 'evil.example'}});
    yield assertion('of another origin', {client: {origin: 'https://evil.example'}});
    yield assertion('another challenge', {client: {challenge: b64(randomBytes(32))}});
    yield assertion('a registration\'s client data', {client: {type: 'webauthn.create'}});
    yield assertion('a signature over other data', {signedOver: Buffer.alloc(37, 1)});
    yield assertion('inside a foreign frame', {client: {crossOrigin: true}}, 0,
                    {ours: false, why: 'no page of the bank may be framed'});
    yield assertion('backed up though it cannot be', {flags: UP | UV | BS});
    const other = new Authenticator(alg);
    yield {...assertion('another key', {}), publicKey: b64(other.cose)};
  }
  const wrong = (name, cose, more = {}) => {
    const key = new Authenticator('ES256');
    return {name, ceremony: 'registration', ...key.register({cose: encode(cose(coseKey('ES256', key.publicKey)))}), ...more};
  };
  yield wrong('an algorithm nobody asked for', key => key.set(3, -35));
  yield wrong('a point off the curve', key => key.set(-3, randomBytes(32)),
              {ours: false, why: 'a key that can verify nothing is not registered'});
  yield wrong('a coordinate too short', key => key.set(-3, randomBytes(31)),
              {ours: false, why: 'a key that can verify nothing is not registered'});
  yield wrong('a member beside the key', key => key.set(2, Buffer.from('kid')),
              {ours: false, why: 'WebAuthn 6.5.1.1: "MUST NOT contain any other OPTIONAL parameters"'});
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const all = [];
  for (const vector of vectors()) {
    const simplewebauthn = await verdict(vector);
    all.push({...vector, simplewebauthn, ours: vector.ours ?? simplewebauthn});
  }
  console.log(JSON.stringify({
    note: 'made by tests/end_to_end/webauthn_vectors.mjs: a software authenticator on node:crypto and SimpleWebAuthn\'s '
        + 'CBOR; `simplewebauthn` is the verdict of @simplewebauthn/server, `ours` the one expected of us',
    rpId: RP, origin: ORIGIN, vectors: all}, null, 1));
}
