// The golden passkey ceremonies (what our own verifier is tested against) get the verdicts written down for them from
// an independent implementation.
import {readFileSync} from 'node:fs';
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {verdict} from './webauthn_vectors.mjs';

const golden = JSON.parse(readFileSync(new URL('../golden/webauthn_vectors.json', import.meta.url)));

test('SimpleWebAuthn gives every golden passkey ceremony the verdict written down for it', async () => {
  assert.ok(golden.vectors.length > 100);
  for (const vector of golden.vectors) assert.equal(await verdict(vector), vector.simplewebauthn, vector.name);
});

test('where our verdict differs, ours is the stricter one and says why', () => {
  for (const vector of golden.vectors) {
    if (vector.ours !== vector.simplewebauthn) assert.ok(!vector.ours && vector.why, vector.name);
  }
});
