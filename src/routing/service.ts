import { areaChain, rowsInForce } from '../catalogue/index.ts';
import { commandRooms, organizationsByCode, organizationsById } from '../identity/index.ts';
import type { Organization } from '../identity/index.ts';
import { userIdOf } from '../kernel/actor.ts';
import { cityDay } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Reader } from '../platform/db.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { firstMatch, isPlaceCode } from './rules.ts';
import type { RoutingStep, RoutingSuggestion, SuggestInput } from './schema.ts';
import { insertDecision } from './store.ts';

interface Place {
  /** Command room of the street, if the area is that fine. */
  town: Organization | null;
  district: Organization | null;
}

async function placeOf(db: Reader, chain: { organizationId: string }[]): Promise<Place> {
  const ids = chain.map((a) => a.organizationId);
  const [units, rooms] = await Promise.all([organizationsById(db, ids), commandRooms(db, ids)]);
  const governing = ids.flatMap((i) => units.get(i) ?? []);
  return {
    town: rooms.get(ids[0] ?? '') ?? null,
    district: governing.find((u) => u.kind === 'district') ?? null,
  };
}

/** Transfer targets and the centre itself have no inbox. */
const takesOrders = (u: Organization) => u.kind !== 'external' && u.kind !== 'center';

const ref = ({ id, code, name, nameEn }: Organization) => ({ id, code, name, nameEn });

/**
 * Who should handle it, by the catalogue in force on the day of `at`, with every step of the
 * reasoning. No unit is named where the place is unknown or the owner is only a transfer target.
 */
export async function suggest(db: Reader, q: SuggestInput, at: Date): Promise<RoutingSuggestion> {
  const [rows, chain] = await Promise.all([
    rowsInForce(db, q.categoryCode, cityDay(at)),
    q.areaCode ? areaChain(db, q.areaCode) : Promise.resolve([]),
  ]);
  const areaCodes = chain.map((a) => a.code);
  const match = firstMatch(rows, { ...q, areaCodes });
  const codes = match.row ? [match.row.leadCode, ...match.row.coCodes] : [];
  const [place, units] = await Promise.all([placeOf(db, chain), organizationsByCode(db, codes)]);
  const facts = {
    category: q.categoryCode,
    area: chain[0]?.name ?? '',
    subject: q.subjectKind ?? '',
  };
  const steps: RoutingStep[] = [{ code: match.code, facts }];
  if (!match.row) return fallback(place, steps);
  const resolve = (code: string) =>
    code === 'TOWN' ? place.town : code === 'DIST' ? place.district : (units.get(code) ?? null);
  const lead = resolve(match.row.leadCode);
  steps.push(...leadSteps(match.row.leadCode, lead));
  // A co-handler of the place is left out silently only by mistake: it is said, as for the lead.
  const nowhere = match.row.coCodes.filter((code) => isPlaceCode(code) && !resolve(code));
  steps.push(...nowhere.map((code) => ({ code: 'area_unknown' as const, facts: { code } })));
  const usable = lead && takesOrders(lead) ? lead : null;
  const co = match.row.coCodes
    .flatMap((code) => resolve(code) ?? [])
    .filter((u) => takesOrders(u) && u.id !== usable?.id);
  return { catalogueId: match.row.id, lead: usable && ref(usable), co: co.map(ref), steps };
}

function leadSteps(code: string, lead: Organization | null): RoutingStep[] {
  if (isPlaceCode(code)) {
    if (!lead) return [{ code: 'area_unknown', facts: { code } }];
    return [
      { code: code === 'TOWN' ? 'town_of_area' : 'district_of_area', facts: { unit: lead.name } },
    ];
  }
  if (lead?.kind === 'center') return [{ code: 'answer_directly', facts: { unit: lead.name } }];
  return lead?.kind === 'external' ? [{ code: 'transfer_target', facts: { unit: lead.name } }] : [];
}

/** No row at all: the district answers for its ground (属地兜底), if the place is known. */
function fallback(place: Place, steps: RoutingStep[]): RoutingSuggestion {
  const lead = place.district;
  steps.push(
    lead
      ? { code: 'district_fallback', facts: { unit: lead.name } }
      : { code: 'area_unknown', facts: {} },
  );
  return { catalogueId: null, lead: lead && ref(lead), co: [], steps };
}

/**
 * Asks the catalogue again at the moment of dispatch and keeps the answer beside the choice.
 * @returns codes of the lead that it named and of the one chosen.
 */
export async function recordDecision(
  tx: Tx,
  order: {
    id: string;
    round: number;
    categoryCode: string | null;
    areaCode: string | null;
    subjectKind: string | null;
  },
  choice: { leadId: string; coIds: string[] },
): Promise<{ suggested: string | null; chosen: string | null }> {
  const { categoryCode, areaCode, subjectKind } = order;
  const asked = categoryCode && {
    categoryCode,
    ...(areaCode && { areaCode }),
    ...(subjectKind && { subjectKind }),
  };
  const [suggestion, leads] = await Promise.all([
    asked ? suggest(tx.db, asked, tx.at) : null,
    organizationsById(tx.db, [choice.leadId]),
  ]);
  await insertDecision(tx.db, {
    id: newId(),
    orderId: order.id,
    round: order.round,
    categoryCode,
    areaCode,
    subjectKind,
    catalogueId: suggestion?.catalogueId ?? null,
    suggestedLeadId: suggestion?.lead?.id ?? null,
    ...choice,
    steps: suggestion?.steps ?? [],
    decidedBy: userIdOf(tx.actor),
    at: tx.at,
  });
  const chosen = leads.get(choice.leadId);
  return { suggested: suggestion?.lead?.code ?? null, chosen: chosen?.code ?? null };
}
