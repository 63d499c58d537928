// What the gateway encrypts, npm jose reads: tests/golden/jwe_vectors.json was made by base/crypto/jwe.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as jose from 'jose';

const folder = path.dirname(fileURLToPath(import.meta.url));
const { vectors } = JSON.parse(readFileSync(path.join(folder, '../golden/jwe_vectors.json'), 'utf8'));
const only = (alg) => ({ keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: ['A256GCM'] });

test('both algorithms are there', () => {
  assert.deepEqual(vectors.map(({ alg }) => alg).sort(), ['ECDH-ES', 'RSA-OAEP-256']);
});

for (const { alg, jwk, jwe, plaintext } of vectors) {
  test(`${alg}: its holder reads the text, and the header says what it is`, async () => {
    const key = await jose.importJWK(jwk, alg);
    const read = await jose.compactDecrypt(jwe, key, only(alg));
    assert.equal(new TextDecoder().decode(read.plaintext), plaintext);
    assert.equal(read.protectedHeader.cty, 'JWT');
    assert.equal(read.protectedHeader.kid, jwk.kid);
    assert.equal(read.protectedHeader.enc, 'A256GCM');
  });

  test(`${alg}: a change anywhere is noticed`, async () => {
    const key = await jose.importJWK(jwk, alg);
    const parts = jwe.split('.');
    for (const [index, part] of parts.entries()) {
      if (part === '') continue;
      const other = part[0] === 'A' ? 'B' : 'A';
      const changed = parts.with(index, other + part.slice(1)).join('.');
      await assert.rejects(jose.compactDecrypt(changed, key, only(alg)), `part ${index}`);
    }
  });

  test(`${alg}: nobody else reads it`, async () => {
    const { privateKey } = await jose.generateKeyPair(alg, { crv: 'P-256', modulusLength: 2048 });
    await assert.rejects(jose.compactDecrypt(jwe, privateKey, only(alg)));
  });
}
