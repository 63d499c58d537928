#include "gateway/partner_api/open_banking_uk/payment_shapes.h"

#include "gateway/partner_api/open_banking_uk/obie_code_sets.h"

namespace gateway {
namespace {

constexpr bool kMust = true;
constexpr bool kMay = false;

constexpr Shape text(std::size_t min, std::size_t max) { return {.is = Is::text, .min = min, .max = max}; }
constexpr Shape one_of(std::span<const std::string_view> words) { return {.is = Is::text, .words = words}; }
constexpr Shape object(std::span<const Member> members) { return {.is = Is::object, .members = members}; }
constexpr Shape open_object(std::span<const Member> members) {
  return {.is = Is::object, .members = members, .open = true};
}
constexpr Shape list(const Shape& item, std::size_t min, std::size_t max) {
  return {.is = Is::list, .min = min, .max = max, .item = &item};
}

constexpr Shape kAnyText{.is = Is::text};
constexpr Shape kTime{.is = Is::time};
constexpr Shape kBoolean{.is = Is::boolean};
constexpr Shape kInteger{.is = Is::integer};
constexpr Shape kNumber{.is = Is::number};
constexpr Shape kText4 = text(1, 4);
constexpr Shape kText16 = text(1, 16);
constexpr Shape kText34 = text(1, 34);
constexpr Shape kText35 = text(1, 35);
constexpr Shape kText40 = text(1, 40);
constexpr Shape kText70 = text(1, 70);
constexpr Shape kText140 = text(1, 140);
constexpr Shape kText256 = text(1, 256);
constexpr Shape kText350 = text(1, 350);
constexpr Shape kText2048 = text(1, 2048);
constexpr Shape kLei = text(20, 20);
constexpr Shape kCountry = text(2, 2);
constexpr Shape kMerchantCategory = text(3, 4);

constexpr Shape kDecimal{.is = Is::amount};
constexpr Shape kCurrency{.is = Is::currency};
constexpr Member kAmountMembers[] = {{"Amount", &kDecimal, kMust}, {"Currency", &kCurrency, kMust}};
constexpr Shape kAmount = object(kAmountMembers);

constexpr Shape kProxyCode = one_of(obie_codes::kProxy);
constexpr Member kProxyMembers[] = {
    {"Identification", &kText2048, kMust}, {"Code", &kProxyCode, kMust}, {"Type", &kText35, kMay}};
constexpr Shape kProxyShape = open_object(kProxyMembers);
constexpr Member kCreditorMembers[] = {{"SchemeName", &kText40, kMust},
                                       {"Identification", &kText256, kMust},
                                       {"Name", &kText350, kMust},
                                       {"SecondaryIdentification", &kText34, kMay},
                                       {"Proxy", &kProxyShape, kMay}};
constexpr Shape kCreditor = object(kCreditorMembers);
constexpr Member kDebtorMembers[] = {{"SchemeName", &kText40, kMust},
                                     {"Identification", &kText256, kMust},
                                     {"Name", &kText350, kMay},
                                     {"SecondaryIdentification", &kText34, kMay},
                                     {"Proxy", &kProxyShape, kMay}};
constexpr Shape kDebtor = object(kDebtorMembers);
constexpr Member kVrpAccountMembers[] = {{"SchemeName", &kText40, kMust},
                                         {"Identification", &kText256, kMust},
                                         {"Name", &kText70, kMust},
                                         {"SecondaryIdentification", &kText34, kMay},
                                         {"Proxy", &kProxyShape, kMay}};
constexpr Shape kVrpAccount = object(kVrpAccountMembers);

constexpr std::string_view kAddressTypes[] = {"BIZZ", "DLVY", "MLTO", "PBOX", "ADDR", "HOME", "CORR", "STAT"};
constexpr Shape kAddressType = one_of(kAddressTypes);
constexpr Shape kAddressLines = list(kText70, 0, 7);
constexpr Member kAddressMembers[] = {{"AddressType", &kAddressType},
                                      {"Department", &kText70},
                                      {"SubDepartment", &kText70},
                                      {"StreetName", &kText140},
                                      {"BuildingNumber", &kText16},
                                      {"BuildingName", &kText140},
                                      {"Floor", &kText70},
                                      {"UnitNumber", &kText16},
                                      {"Room", &kText70},
                                      {"PostBox", &kText16},
                                      {"TownLocationName", &kText140},
                                      {"DistrictName", &kText140},
                                      {"CareOf", &kText140},
                                      {"PostCode", &kText16},
                                      {"TownName", &kText140},
                                      {"CountrySubDivision", &kText35},
                                      {"Country", &kCountry},
                                      {"AddressLine", &kAddressLines}};
constexpr Shape kAddress = object(kAddressMembers);

constexpr Member kAgentMembers[] = {{"SchemeName", &kText40},
                                    {"Identification", &kText35},
                                    {"Name", &kText140},
                                    {"LEI", &kLei},
                                    {"PostalAddress", &kAddress}};
constexpr Shape kAgent = object(kAgentMembers);
constexpr Member kUltimateMembers[] = {{"Name", &kText140},
                                       {"Identification", &kText256},
                                       {"LEI", &kLei},
                                       {"SchemeName", &kText40},
                                       {"PostalAddress", &kAddress}};
constexpr Shape kUltimate = open_object(kUltimateMembers);

constexpr std::string_view kReportingIndicators[] = {"CRED", "DEBT", "BOTH"};
constexpr Shape kReportingIndicator = one_of(kReportingIndicators);
constexpr Member kAuthorityMembers[] = {{"Name", &kText140}, {"CountryCode", &kCountry}};
constexpr Shape kAuthority = open_object(kAuthorityMembers);
constexpr Shape kInformation = list(kText35, 0, 0);
constexpr Member kReportingDetailMembers[] = {
    {"Type", &kText35}, {"Date", &kTime}, {"Country", &kCountry}, {"Amount", &kAmount}, {"Information", &kInformation}};
constexpr Shape kReportingDetail = open_object(kReportingDetailMembers);
constexpr Shape kReportingDetails = list(kReportingDetail, 0, 0);
constexpr Member kReportingMembers[] = {{"DebitCreditReportingIndicator", &kReportingIndicator},
                                        {"Authority", &kAuthority},
                                        {"Details", &kReportingDetails}};
constexpr Shape kReporting = open_object(kReportingMembers);
constexpr Shape kReportings = list(kReporting, 0, 10);

constexpr Shape kLines = list(kAnyText, 0, 0);
constexpr Member kDocumentMembers[] = {
    {"Code", &kText4}, {"Issuer", &kText35}, {"Number", &kText35}, {"RelatedDate", &kTime}, {"LineDetails", &kLines}};
constexpr Shape kDocument = open_object(kDocumentMembers);
constexpr Shape kDocuments = list(kDocument, 0, 0);
constexpr Shape kReferenceCode = one_of(obie_codes::kReference);
constexpr Member kReferenceMembers[] = {{"Code", &kReferenceCode}, {"Issuer", &kText35}, {"Reference", &kText35}};
constexpr Shape kReferenceInformation = open_object(kReferenceMembers);
constexpr Shape kAdditional = list(kText140, 0, 3);
constexpr Member kStructuredMembers[] = {{"ReferredDocumentInformation", &kDocuments},
                                         {"ReferredDocumentAmount", &kInteger},
                                         {"CreditorReferenceInformation", &kReferenceInformation},
                                         {"Invoicer", &kText256},
                                         {"Invoicee", &kText256},
                                         {"TaxRemittance", &kText140},
                                         {"AdditionalRemittanceInformation", &kAdditional}};
constexpr Shape kStructured = open_object(kStructuredMembers);
constexpr Shape kStructuredList = list(kStructured, 0, 0);
constexpr Shape kUnstructured = list(kText140, 0, 0);
constexpr Member kRemittanceMembers[] = {{"Structured", &kStructuredList}, {"Unstructured", &kUnstructured}};
constexpr Shape kRemittance = open_object(kRemittanceMembers);

constexpr std::string_view kYesNoWords[] = {"No", "Yes"};
constexpr Shape kYesNo = one_of(kYesNoWords);
constexpr std::string_view kCreateWords[] = {"Create"};
constexpr Shape kCreate = one_of(kCreateWords);
constexpr Shape kSupplementary{.is = Is::object, .open = true};

constexpr std::string_view kAuthorisationTypes[] = {"Any", "Single"};
constexpr Shape kAuthorisationType = one_of(kAuthorisationTypes);
constexpr Member kAuthorisationMembers[] = {{"AuthorisationType", &kAuthorisationType, kMust},
                                            {"CompletionDateTime", &kTime}};
constexpr Shape kAuthorisation = object(kAuthorisationMembers);

constexpr std::string_view kExemptionTypes[] = {
    "BillPayment", "ContactlessTravel", "EcommerceGoods", "EcommerceServices", "Kiosk", "Parking", "PartyToParty"};
constexpr Shape kExemptionType = one_of(kExemptionTypes);
constexpr std::string_view kApproaches[] = {"CA", "SCA"};
constexpr Shape kApproach = one_of(kApproaches);
constexpr Member kScaSupportMembers[] = {{"RequestedSCAExemptionType", &kExemptionType},
                                         {"AppliedAuthenticationApproach", &kApproach},
                                         {"ReferencePaymentOrderId", &kText40}};
constexpr Shape kScaSupport = open_object(kScaSupportMembers);

constexpr Shape kContextCode = one_of(obie_codes::kContext);
constexpr Shape kPurposeCode = one_of(obie_codes::kPurpose);
constexpr Shape kCategoryPurposeCode = one_of(obie_codes::kCategoryPurpose);
constexpr Shape kBeneficiaryType = one_of(obie_codes::kAccountType);
constexpr Member kRiskMembers[] = {{"PaymentContextCode", &kContextCode},
                                   {"MerchantCategoryCode", &kMerchantCategory},
                                   {"MerchantCustomerIdentification", &kText70},
                                   {"ContractPresentIndicator", &kBoolean},
                                   {"BeneficiaryPrepopulatedIndicator", &kBoolean},
                                   {"PaymentPurposeCode", &kPurposeCode},
                                   {"CategoryPurposeCode", &kCategoryPurposeCode},
                                   {"BeneficiaryAccountType", &kBeneficiaryType},
                                   {"DeliveryAddress", &kAddress}};
constexpr Shape kRisk = object(kRiskMembers);

// domestic payment
constexpr Member kDomesticInitiationMembers[] = {{"InstructionIdentification", &kText35, kMust},
                                                 {"EndToEndIdentification", &kText35, kMust},
                                                 {"LocalInstrument", &kAnyText},
                                                 {"InstructedAmount", &kAmount, kMust},
                                                 {"DebtorAccount", &kDebtor},
                                                 {"CreditorAgent", &kAgent},
                                                 {"CreditorAccount", &kCreditor, kMust},
                                                 {"CreditorPostalAddress", &kAddress},
                                                 {"UltimateCreditor", &kUltimate},
                                                 {"UltimateDebtor", &kUltimate},
                                                 {"RegulatoryReporting", &kReportings},
                                                 {"RemittanceInformation", &kRemittance},
                                                 {"SupplementaryData", &kSupplementary}};
constexpr Shape kDomesticInitiation = object(kDomesticInitiationMembers);
constexpr Member kDomesticDataMembers[] = {{"ReadRefundAccount", &kYesNo},
                                           {"Initiation", &kDomesticInitiation, kMust},
                                           {"Authorisation", &kAuthorisation},
                                           {"SCASupportData", &kScaSupport}};
constexpr Shape kDomesticData = object(kDomesticDataMembers);
constexpr Member kDomesticMembers[] = {{"Data", &kDomesticData, kMust}, {"Risk", &kRisk, kMust}};
constexpr Shape kDomestic = object(kDomesticMembers);

// scheduled payment
constexpr Member kScheduledInitiationMembers[] = {{"InstructionIdentification", &kText35, kMust},
                                                  {"EndToEndIdentification", &kText35},
                                                  {"LocalInstrument", &kAnyText},
                                                  {"RequestedExecutionDateTime", &kTime, kMust},
                                                  {"InstructedAmount", &kAmount, kMust},
                                                  {"DebtorAccount", &kDebtor},
                                                  {"CreditorAccount", &kCreditor, kMust},
                                                  {"CreditorPostalAddress", &kAddress},
                                                  {"UltimateCreditor", &kUltimate},
                                                  {"UltimateDebtor", &kUltimate},
                                                  {"RegulatoryReporting", &kReportings},
                                                  {"RemittanceInformation", &kRemittance},
                                                  {"SupplementaryData", &kSupplementary}};
constexpr Shape kScheduledInitiation = object(kScheduledInitiationMembers);
constexpr Member kScheduledDataMembers[] = {{"Permission", &kCreate, kMust},
                                            {"ReadRefundAccount", &kYesNo},
                                            {"Initiation", &kScheduledInitiation, kMust},
                                            {"Authorisation", &kAuthorisation},
                                            {"SCASupportData", &kScaSupport}};
constexpr Shape kScheduledData = object(kScheduledDataMembers);
constexpr Member kScheduledMembers[] = {{"Data", &kScheduledData, kMust}, {"Risk", &kRisk, kMust}};
constexpr Shape kScheduled = object(kScheduledMembers);

// standing order
constexpr std::string_view kClassifications[] = {"FIXE", "USGB", "VARI"};
constexpr Shape kClassification = one_of(kClassifications);
constexpr Shape kPointInTime = text(0, 2);
constexpr Member kFrequencyMembers[] = {
    {"Type", &kText35, kMust}, {"CountPerPeriod", &kInteger}, {"PointInTime", &kPointInTime}};
constexpr Shape kFrequencyShape = open_object(kFrequencyMembers);
constexpr Member kMandateMembers[] = {{"MandateIdentification", &kText35},
                                      {"Classification", &kClassification},
                                      {"CategoryPurposeCode", &kCategoryPurposeCode},
                                      {"FirstPaymentDateTime", &kTime},
                                      {"RecurringPaymentDateTime", &kTime},
                                      {"FinalPaymentDateTime", &kTime},
                                      {"Frequency", &kFrequencyShape, kMust},
                                      {"Reason", &kText256}};
constexpr Shape kMandate = open_object(kMandateMembers);
constexpr Member kStandingOrderInitiationMembers[] = {{"RemittanceInformation", &kRemittance},
                                                      {"NumberOfPayments", &kText35},
                                                      {"FirstPaymentAmount", &kAmount, kMust},
                                                      {"RecurringPaymentAmount", &kAmount},
                                                      {"FinalPaymentAmount", &kAmount},
                                                      {"DebtorAccount", &kDebtor},
                                                      {"CreditorAccount", &kCreditor, kMust},
                                                      {"UltimateCreditor", &kUltimate},
                                                      {"UltimateDebtor", &kUltimate},
                                                      {"RegulatoryReporting", &kReportings},
                                                      {"MandateRelatedInformation", &kMandate, kMust},
                                                      {"SupplementaryData", &kSupplementary}};
constexpr Shape kStandingOrderInitiation = object(kStandingOrderInitiationMembers);
constexpr Member kStandingOrderDataMembers[] = {{"Permission", &kCreate, kMust},
                                                {"ReadRefundAccount", &kYesNo},
                                                {"Initiation", &kStandingOrderInitiation, kMust},
                                                {"Authorisation", &kAuthorisation},
                                                {"SCASupportData", &kScaSupport}};
constexpr Shape kStandingOrderData = object(kStandingOrderDataMembers);
constexpr Member kStandingOrderMembers[] = {{"Data", &kStandingOrderData, kMust}, {"Risk", &kRisk, kMust}};
constexpr Shape kStandingOrder = object(kStandingOrderMembers);

// international payment
constexpr std::string_view kPriorities[] = {"Normal", "Urgent"};
constexpr Shape kPriority = one_of(kPriorities);
constexpr std::string_view kChargeBearers[] = {"BorneByCreditor", "BorneByDebtor", "FollowingServiceLevel", "Shared"};
constexpr Shape kChargeBearer = one_of(kChargeBearers);
constexpr std::string_view kRateTypes[] = {"Actual", "Agreed", "Indicative"};
constexpr Shape kRateType = one_of(kRateTypes);
constexpr Member kExchangeMembers[] = {{"UnitCurrency", &kCurrency, kMust},
                                       {"ExchangeRate", &kNumber},
                                       {"RateType", &kRateType, kMust},
                                       {"ContractIdentification", &kText256}};
constexpr Shape kExchange = object(kExchangeMembers);
constexpr Member kCreditorPartyMembers[] = {{"Name", &kText350}, {"LEI", &kLei}, {"PostalAddress", &kAddress}};
constexpr Shape kCreditorParty = object(kCreditorPartyMembers);
constexpr Member kInternationalInitiationMembers[] = {{"InstructionIdentification", &kText35, kMust},
                                                      {"EndToEndIdentification", &kText35, kMust},
                                                      {"LocalInstrument", &kAnyText},
                                                      {"InstructionPriority", &kPriority},
                                                      {"ExtendedPurpose", &kText140},
                                                      {"ChargeBearer", &kChargeBearer},
                                                      {"CurrencyOfTransfer", &kCurrency, kMust},
                                                      {"DestinationCountryCode", &kCountry},
                                                      {"InstructedAmount", &kAmount, kMust},
                                                      {"ExchangeRateInformation", &kExchange},
                                                      {"DebtorAccount", &kDebtor},
                                                      {"Creditor", &kCreditorParty},
                                                      {"CreditorAgent", &kAgent},
                                                      {"CreditorAccount", &kCreditor, kMust},
                                                      {"UltimateCreditor", &kUltimate},
                                                      {"UltimateDebtor", &kUltimate},
                                                      {"RegulatoryReporting", &kReportings},
                                                      {"RemittanceInformation", &kRemittance},
                                                      {"SupplementaryData", &kSupplementary}};
constexpr Shape kInternationalInitiation = object(kInternationalInitiationMembers);
constexpr Member kInternationalDataMembers[] = {{"ReadRefundAccount", &kYesNo},
                                                {"Initiation", &kInternationalInitiation, kMust},
                                                {"Authorisation", &kAuthorisation},
                                                {"SCASupportData", &kScaSupport}};
constexpr Shape kInternationalData = object(kInternationalDataMembers);
constexpr Member kInternationalMembers[] = {{"Data", &kInternationalData, kMust}, {"Risk", &kRisk, kMust}};
constexpr Shape kInternational = object(kInternationalMembers);

// file payment
constexpr Shape kCount = text(1, 15);
constexpr Shape kFileHash = text(1, 44);
constexpr Member kFileInitiationMembers[] = {{"FileType", &kAnyText, kMust},
                                             {"FileHash", &kFileHash, kMust},
                                             {"FileReference", &kText40},
                                             {"NumberOfTransactions", &kCount},
                                             {"ControlSum", &kNumber},
                                             {"RequestedExecutionDateTime", &kTime},
                                             {"LocalInstrument", &kAnyText},
                                             {"CreditorAgent", &kAgent},
                                             {"DebtorAccount", &kDebtor},
                                             {"UltimateDebtor", &kUltimate},
                                             {"RemittanceInformation", &kRemittance},
                                             {"SupplementaryData", &kSupplementary}};
constexpr Shape kFileInitiation = object(kFileInitiationMembers);
constexpr Member kFileDataMembers[] = {
    {"Initiation", &kFileInitiation, kMust}, {"Authorisation", &kAuthorisation}, {"SCASupportData", &kScaSupport}};
constexpr Shape kFileData = object(kFileDataMembers);
constexpr Member kFileMembers[] = {{"Data", &kFileData, kMust}};
constexpr Shape kFile = object(kFileMembers);
constexpr Shape kFilePayments = list(kDomesticInitiation, 1, 500);
constexpr Member kFileContentDataMembers[] = {{"DomesticPayments", &kFilePayments, kMust}};
constexpr Shape kFileContentData = object(kFileContentDataMembers);
constexpr Member kFileContentMembers[] = {{"Data", &kFileContentData, kMust}};
constexpr Shape kFileContent = object(kFileContentMembers);

// variable recurring payments. What a customer agrees to is never admitted unread: closed where the schema says
// nothing.
constexpr std::string_view kPeriodTypes[] = {"Day", "Week", "Fortnight", "Month", "Half-year", "Year"};
constexpr Shape kPeriodType = one_of(kPeriodTypes);
constexpr std::string_view kAlignments[] = {"Consent", "Calendar"};
constexpr Shape kAlignment = one_of(kAlignments);
constexpr Member kLimitMembers[] = {{"PeriodType", &kPeriodType, kMust},
                                    {"PeriodAlignment", &kAlignment, kMust},
                                    {"Amount", &kDecimal, kMust},
                                    {"Currency", &kCurrency, kMust}};
constexpr Shape kLimit = object(kLimitMembers);
constexpr Shape kLimits = list(kLimit, 1, 12);
constexpr Shape kNames = list(kText140, 1, 8);
constexpr std::string_view kInteractions[] = {"InSession", "OffSession"};
constexpr Shape kInteraction = one_of(kInteractions);
constexpr Shape kInteractionList = list(kInteraction, 0, 2);
constexpr Member kControlMembers[] = {{"ValidFromDateTime", &kTime},
                                      {"ValidToDateTime", &kTime},
                                      {"MaximumIndividualAmount", &kAmount, kMust},
                                      {"PeriodicLimits", &kLimits, kMust},
                                      {"VRPType", &kNames, kMust},
                                      {"PSUAuthenticationMethods", &kNames, kMust},
                                      {"PSUInteractionTypes", &kInteractionList},
                                      {"SupplementaryData", &kSupplementary}};
constexpr Shape kControl = object(kControlMembers);
constexpr Member kVrpInitiationMembers[] = {
    {"DebtorAccount", &kVrpAccount},      {"CreditorAccount", &kVrpAccount}, {"CreditorPostalAddress", &kAddress},
    {"UltimateCreditor", &kUltimate},     {"UltimateDebtor", &kUltimate},    {"RemittanceInformation", &kRemittance},
    {"RegulatoryReporting", &kReportings}};
constexpr Shape kVrpInitiation = object(kVrpInitiationMembers);
constexpr Member kVrpDataMembers[] = {
    {"ReadRefundAccount", &kYesNo}, {"ControlParameters", &kControl, kMust}, {"Initiation", &kVrpInitiation, kMust}};
constexpr Shape kVrpData = object(kVrpDataMembers);
constexpr Member kVrpMembers[] = {{"Data", &kVrpData, kMust}, {"Risk", &kRisk, kMust}};
constexpr Shape kVrp = object(kVrpMembers);

// confirmation of funds
constexpr Member kFundsDataMembers[] = {{"ExpirationDateTime", &kTime}, {"DebtorAccount", &kDebtor, kMust}};
constexpr Shape kFundsData = object(kFundsDataMembers);
constexpr Member kFundsMembers[] = {{"Data", &kFundsData, kMust}};
constexpr Shape kFunds = object(kFundsMembers);

}  // namespace

const Shape* consent_shape(consent::ConsentKind kind) {
  switch (kind) {
    case consent::ConsentKind::domestic_payment:
      return &kDomestic;
    case consent::ConsentKind::domestic_scheduled_payment:
      return &kScheduled;
    case consent::ConsentKind::domestic_standing_order:
      return &kStandingOrder;
    case consent::ConsentKind::domestic_vrp:
      return &kVrp;
    case consent::ConsentKind::funds_confirmation:
      return &kFunds;
    case consent::ConsentKind::international_payment:
      return &kInternational;
    case consent::ConsentKind::file_payment:
      return &kFile;
    case consent::ConsentKind::account_access:
      return nullptr;
  }
  return nullptr;
}

const Shape& payment_file_shape() { return kFileContent; }

}  // namespace gateway
