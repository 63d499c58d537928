// ./dev demo: a TPP on npm openid-client that asks for a consent, waits for you, and reads your accounts; then again on
// Enter, so that you can stop the consent in between and see what a TPP sees.
import { createInterface } from 'node:readline/promises';

import { Sandbox } from './support/sandbox.js';
import { Callback, Receiver } from './support/servers.js';
import { Tpp } from './support/tpp.js';

const say = (text = '') => process.stdout.write(`${text}\n`);

const sandbox = Sandbox.running();
const tpp = await Tpp.demo(sandbox);
const callback = await Callback.listen(sandbox);
const receiver = await Receiver.listen(sandbox);
const terminal = createInterface({ input: process.stdin, output: process.stdout });

const webhooksToken = await tpp.clientToken('webhooks');
const endpoint = await tpp.call('POST', '/webhooks/v1/endpoints', webhooksToken, {
  url: receiver.url, description: 'demonstration', event_types: ['consent.authorised', 'consent.revoked'],
});
if (endpoint.status === 201) say(`A webhook receiver is registered: ${receiver.url}`);

async function readAccounts(token) {
  const accounts = await tpp.obie('GET', 'accounts', token);
  say(`GET /accounts -> ${accounts.status}   (interaction ${accounts.headers.get('x-fapi-interaction-id')})`);
  for (const { AccountId, Description, Nickname, Currency } of accounts.body?.Data?.Account ?? []) {
    const balances = await tpp.obie('GET', `accounts/${AccountId}/balances`, token);
    const { Amount, CreditDebitIndicator } = balances.body.Data.Balance[0];
    say(`  ${Nickname ?? Description ?? AccountId}: ${CreditDebitIndicator === 'Debit' ? '-' : ''}${Amount.Amount} ${Currency}`);
    const transactions = await tpp.obie('GET', `accounts/${AccountId}/transactions`, token);
    for (const { BookingDateTime, Amount: amount, CreditDebitIndicator: side, TransactionInformation } of transactions.body.Data.Transaction.slice(0, 3)) {
      say(`    ${BookingDateTime.slice(0, 10)}  ${side === 'Debit' ? '-' : ' '}${amount.Amount} ${amount.Currency}  ${TransactionInformation ?? ''}`);
    }
  }
}

try {
  const consentId = await tpp.createConsent();
  const { url, checks } = await tpp.push(consentId);
  say(`Consent ${consentId} waits for a customer. Open within 90 seconds, and sign in as alice (password alice, code 123456):`);
  say();
  say(`  ${url}`);
  say();
  const answer = await callback.next({ seconds: 15 * 60 });
  if (answer.searchParams.has('error')) {
    say(`The customer said no: ${answer.searchParams.get('error')}`);
  } else {
    const tokens = await tpp.redeem(answer, checks);
    await readAccounts(tokens.access_token);
    for (;;) {
      say();
      say(`Stop it at ${sandbox.url('/consents')} if you like.`);
      const word = await terminal.question('Enter reads again, q ends: ');
      if (word.trim() === 'q') break;
      await readAccounts(tokens.access_token);
      for (const { body } of receiver.deliveries.splice(0)) say(`webhook: ${JSON.parse(body).type}`);
    }
  }
} finally {
  if (endpoint.status === 201) await tpp.call('DELETE', `/webhooks/v1/endpoints/${endpoint.body.id}`, await tpp.clientToken('webhooks'));
  terminal.close();
  await callback.close();
  await receiver.close();
}
