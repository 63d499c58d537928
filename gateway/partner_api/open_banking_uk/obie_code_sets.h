// Code sets of UK Open Banking Read/Write v4.0 as the official description lists them.
#pragma once

#include <string_view>

namespace gateway::obie_codes {

inline constexpr std::string_view kPurpose[] = {
    "BKDF", "BKFE", "BKFM", "BKIP", "BKPP", "CBLK", "CDCB", "CDCD", "CDCS", "CDDP", "CDOC", "CDQC", "ETUP", "FCOL",
    "MTUP", "ACCT", "CASH", "COLL", "CSDB", "DEPT", "INTC", "INTP", "LIMA", "NETT", "BFWD", "CCIR", "CCPC", "CCPM",
    "CCSM", "CRDS", "CRPR", "CRSP", "CRTL", "EQPT", "EQUS", "EXPT", "EXTD", "FIXI", "FWBC", "FWCC", "FWSB", "FWSC",
    "MARG", "MBSB", "MBSC", "MGCC", "MGSC", "OCCC", "OPBC", "OPCC", "OPSB", "OPSC", "OPTN", "OTCD", "REPO", "RPBC",
    "RPCC", "RPSB", "RPSC", "RVPO", "SBSC", "SCIE", "SCIR", "SCRP", "SHBC", "SHCC", "SHSL", "SLEB", "SLOA", "SWBC",
    "SWCC", "SWPT", "SWSB", "SWSC", "TBAS", "TBBC", "TBCC", "TRCP", "AGRT", "AREN", "BEXP", "BOCE", "COMC", "CPYR",
    "GDDS", "GDSV", "GSCB", "LICF", "MP2B", "POPE", "ROYA", "SCVE", "SERV", "SUBS", "SUPP", "TRAD", "CHAR", "COMT",
    "MP2P", "ECPG", "ECPR", "ECPU", "EPAY", "CLPR", "COMP", "DBTC", "GOVI", "HLRP", "HLST", "INPC", "INPR", "INSC",
    "INSU", "INTE", "LBRI", "LIFI", "LOAN", "LOAR", "PENO", "PPTI", "RELG", "RINP", "TRFD", "FORW", "FXNT", "ADMG",
    "ADVA", "BCDM", "BCFG", "BLDM", "BNET", "CBFF", "CBFR", "CCRD", "CDBL", "CFEE", "CGDD", "CORT", "COST", "CPKC",
    "DCRD", "DSMT", "DVPM", "EDUC", "FACT", "FAND", "FCPM", "FEES", "GIFT", "GOVT", "ICCP", "IDCP", "IHRP", "INSM",
    "IVPT", "MCDM", "MCFG", "MSVC", "NOWS", "OCDM", "OCFG", "OFEE", "OTHR", "PADD", "PTSP", "RCKE", "RCPT", "REBT",
    "REFU", "RENT", "REOD", "RIMB", "RPNT", "RRBN", "RRCT", "RRTP", "RVPM", "SLPI", "SPLT", "STDY", "TBAN", "TBIL",
    "TCSC", "TELI", "TMPG", "TPRI", "TPRP", "TRNC", "TRVC", "WEBI", "IPAY", "IPCA", "IPDO", "IPEA", "IPEC", "IPEW",
    "IPPS", "IPRT", "IPU2", "IPUW", "ANNI", "CAFI", "CFDI", "CMDT", "DERI", "DIVD", "FREX", "HEDG", "INVS", "PRME",
    "SAVG", "SECU", "SEPI", "TREA", "UNIT", "FNET", "FUTR", "ANTS", "CVCF", "DMEQ", "DNTS", "HLTC", "HLTI", "HSPC",
    "ICRF", "LTCF", "MAFC", "MARF", "MDCS", "VIEW", "CDEP", "SWFP", "SWPP", "SWRS", "SWUF", "ADCS", "AEMP", "ALLW",
    "ALMY", "BBSC", "BECH", "BENE", "BONU", "CCHD", "COMM", "CSLP", "GFRP", "GVEA", "GVEB", "GVEC", "GVED", "GWLT",
    "HREC", "PAYR", "PEFC", "PENS", "PRCP", "RHBS", "SALA", "SPSP", "SSBE", "LBIN", "LCOL", "LFEE", "LMEQ", "LMFI",
    "LMRK", "LREB", "LREV", "LSFL", "ESTX", "FWLV", "GSTX", "HSTX", "INTX", "NITX", "PTXP", "RDTX", "TAXS", "VATX",
    "WHLD", "TAXR", "B112", "BR12", "TLRF", "TLRR", "AIRB", "BUSB", "FERB", "RLWY", "TRPT", "CBTV", "ELEC", "ENRG",
    "GASB", "NWCH", "NWCM", "OTLC", "PHON", "UBIL", "WTER", "BOND", "CABD", "CAEQ", "CBCR", "DBCR", "DICL", "EQTS",
    "FLCR", "EFTC", "EFTD", "MOMA", "RAPI", "GAMB", "LOTT", "AMEX", "SASW", "AUCO", "PCOM", "PDEP", "PLDS", "PLRF",
    "GAFA", "GAHO", "CPEN", "DEPD", "RETL", "DEBT"};

inline constexpr std::string_view kCategoryPurpose[] = {
    "BONU", "CASH", "CBLK", "CCRD", "CGWV", "CIPC", "CONC", "CORT", "DCRD", "DIVI", "DVPM",
    "EPAY", "FCDT", "FCIN", "FCOL", "GOVT", "GP2P", "HEDG", "ICCP", "IDCP", "INTC", "INTE",
    "LBOX", "LOAN", "MP2B", "MP2P", "OTHR", "PENS", "RPRE", "RRCT", "RVPM", "SALA", "SECU",
    "SSBE", "SUPP", "SWEP", "TAXS", "TOPG", "TRAD", "TREA", "VATX", "VOST", "WHLD", "ZABA"};

inline constexpr std::string_view kContext[] = {"BillingGoodsAndServicesInAdvance",
                                                "BillingGoodsAndServicesInArrears",
                                                "EcommerceMerchantInitiatedPayment",
                                                "FaceToFacePointOfSale",
                                                "TransferToSelf",
                                                "TransferToThirdParty"};

inline constexpr std::string_view kAccountType[] = {"Business",
                                                    "BusinessSavingsAccount",
                                                    "Charity",
                                                    "Collection",
                                                    "Corporate",
                                                    "Ewallet",
                                                    "Government",
                                                    "Investment",
                                                    "ISA",
                                                    "JointPersonal",
                                                    "Pension",
                                                    "Personal",
                                                    "PersonalSavingsAccount",
                                                    "Premier",
                                                    "Wealth"};

inline constexpr std::string_view kProxy[] = {"TELE", "EMAL", "DNAM", "CINC", "COTX", "COID", "CUST",
                                              "DRLC", "EIDN", "EWAL", "PVTX", "LEIC", "MBNO", "NIDN",
                                              "CCPT", "SHID", "SOSE", "TOKN", "UBIL", "VIPN", "BIID"};

inline constexpr std::string_view kReference[] = {"DISP", "FXDR", "PUOR", "RPIN", "RADM", "SCOR"};

inline constexpr std::string_view kFrequency[] = {"ADHO", "YEAR", "DAIL", "FRTN", "INDA", "MNTH", "QURT", "MIAN",
                                                  "WEEK", "WODL", "FOWK", "TWMH", "FOMH", "FIMH", "ALMH", "NONE"};

}  // namespace gateway::obie_codes
