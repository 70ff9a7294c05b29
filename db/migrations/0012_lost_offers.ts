/** Offers of which the switch said nothing are told from those that nobody answered. Imports nothing of src. */
export const name = '0012_lost_offers';

export const sql = /* sql */ `
alter table call_offer drop constraint call_offer_result_check;
alter table call_offer add constraint call_offer_result_check check (result in
  ('answered','no_answer','busy','declined','unreachable','gone','withdrawn','lost'));
`;
