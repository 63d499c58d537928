-- What came and went among a customer's factors, for the customer to read: removed ones too.
CREATE INDEX sca_factor_changes ON consent.sca_factor (brand_id, bank_id, psu_id, created_at);
