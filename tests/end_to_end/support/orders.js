import { createHash } from 'node:crypto';

// What TPPs ask for beside account data, as UK Open Banking writes it.
export const SHOP = { SchemeName: 'UK.OBIE.SortCodeAccountNumber', Identification: '08080021325698', Name: 'Ealing Books' };
const gbp = (amount) => ({ Amount: amount, Currency: 'GBP' });
const day = (days) => new Date(Date.now() + days * 86400e3).toISOString();

export const PAYMENT = 'pisp/domestic-payment-consents';
export const payment = (amount = '1234.56', more = {}) => ({
  Data: { Initiation: { InstructionIdentification: 'I1', EndToEndIdentification: 'E1', InstructedAmount: gbp(amount),
    CreditorAccount: SHOP, RemittanceInformation: { Unstructured: ['INV 2026-7'] }, ...more } },
  Risk: { PaymentContextCode: 'TransferToThirdParty' },
});

export const SCHEDULED = 'pisp/domestic-scheduled-payment-consents';
export const scheduled = () => {
  const body = payment('75.00', { RequestedExecutionDateTime: day(20) });
  return { ...body, Data: { Permission: 'Create', ...body.Data } };
};

export const STANDING = 'pisp/domestic-standing-order-consents';
export const standing = () => ({
  Data: { Permission: 'Create', Initiation: { FirstPaymentAmount: gbp('10.00'), RecurringPaymentAmount: gbp('20.00'),
    CreditorAccount: SHOP, MandateRelatedInformation: { FirstPaymentDateTime: day(10), FinalPaymentDateTime: day(375),
      Frequency: { Type: 'MNTH' } } } },
  Risk: {},
});

export const INTERNATIONAL = 'pisp/international-payment-consents';
export const international = () => payment('80.00', { CurrencyOfTransfer: 'EUR', ChargeBearer: 'Shared', DestinationCountryCode: 'FR',
  ExchangeRateInformation: { UnitCurrency: 'GBP', ExchangeRate: 1.18, RateType: 'Agreed', ContractIdentification: 'FX-7' },
  CreditorAccount: { SchemeName: 'UK.OBIE.IBAN', Identification: 'FR1420041010050500013M02606', Name: 'Librairie' } });

export const FILE = 'pisp/file-payment-consents';
// A consent to a batch of payments; `file` is uploaded when the consent is there.
export const batch = () => {
  const one = (amount, name) => ({ ...payment(amount).Data.Initiation, CreditorAccount: { ...SHOP, Name: name } });
  const file = { Data: { DomesticPayments: [one('1200.00', 'Ada Wells'), one('34.56', 'Bo Finch'), one('7.00', 'Chloë Ames')] } };
  const hash = createHash('sha256').update(JSON.stringify(file)).digest('base64');
  return { file, Data: { Initiation: { FileType: 'UK.OBIE.PaymentInitiation.4.0', FileHash: hash, FileReference: 'Wages 11',
    NumberOfTransactions: '3', ControlSum: 1241.56 } } };
};

export const VRP = 'pisp/domestic-vrp-consents';
export const vrp = () => ({
  Data: { ControlParameters: { ValidToDateTime: day(300), MaximumIndividualAmount: gbp('100.00'),
    PeriodicLimits: [{ PeriodType: 'Month', PeriodAlignment: 'Calendar', Amount: '500.00', Currency: 'GBP' }],
    VRPType: ['UK.OBIE.VRPType.Sweeping'], PSUAuthenticationMethods: ['UK.OBIE.SCA'] },
  Initiation: { CreditorAccount: SHOP } },
  Risk: {},
});

export const FUNDS = 'cbpii/funds-confirmation-consents';
export const funds = (account) => ({ Data: { DebtorAccount: account } });

export const scopeOf = (kind) => (kind.startsWith('cbpii') ? 'openid fundsconfirmations' : 'openid payments');
