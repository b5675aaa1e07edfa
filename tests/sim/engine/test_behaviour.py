"""What people, readers and institutions do, one behaviour at a time, in small cities made for it."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from day_samples import Day, run_day

from onecard.scenarios import load_scenario
from onecard.sim import facts
from onecard.sim.draws import Stream
from onecard.sim.engine.city import make_population
from onecard.sim.engine.fees import FeeBook
from onecard.sim.engine.plan import DayPlanner
from onecard.sim.engine.sampling import sample_price_fen
from onecard.sim.units.time import HOUR, SECOND, parse_clock

ALL_CARDS = ("population.card_share=1.0", "population.e_card_share=0.0")
ALL_CODES = (
    "population.card_share=1.0",
    "population.e_card_share=1.0",
    "population.e_card_level_2_share=1.0",
    "population.generation_mix={'1.00'=0.0,'2.00'=0.5,'3.00'=0.5}",
    "population.finance_share=1.0",
)
HEALTHY = tuple(
    f"population.{name}_share=0.0"
    for name in ("mislaid", "reported_lost", "expired", "locked", "forgets_pin")
)


def day(folder: Path, *overrides: str, people: int = 250, profile: str | None = None) -> Day:
    return run_day(folder, people=people, seed=3, overrides=overrides, profile=profile)


def one_stage(service: str, station: str, dialogue: str, seconds: int) -> str:
    stage = f"title={{en='a',zh='b'}},station='{station}',dialogue='{dialogue}',duration={{mean_s={seconds}}}"
    return f"services.{service}.stages=[{{{stage}}}]"


def credentials(run: Day, stop: str) -> Counter[str]:
    used = [show for show in run.shows if show["stop"] == stop and not show["reason"]]
    return Counter(show["face"] or show["credential"] for show in used)


# ---- which credential ------------------------------------------------------------------------------------


def test_without_preference_for_the_code_everybody_shows_the_card(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CODES, *HEALTHY, "behaviour.e_card_preference=0.0")
    assert "e-card" not in run.executed.summary.uses_by_credential


def test_with_full_preference_everybody_shows_the_code_where_it_is_taken(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CODES, *HEALTHY, "behaviour.e_card_preference=1.0")
    assert set(credentials(run, "breakfast")) == {"e-card"}
    assert "e-card" not in credentials(run, "bank"), "the bank's counters take the card only"


def test_an_electronic_card_of_level_one_identifies_but_does_not_pay(tmp_path: Path) -> None:
    overrides = (
        *ALL_CODES,
        *HEALTHY,
        "population.e_card_level_2_share=0.0",
        "behaviour.e_card_preference=1.0",
    )
    run = day(tmp_path, *overrides)
    assert "e-card" not in credentials(run, "breakfast")
    assert credentials(run, "park")["e-card"] > 50
    assert "e-card-refused" not in {row["reason"] for row in run.refusals}, "nobody tries to pay with it"


def test_a_contactless_gate_reads_third_generation_cards_only(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CARDS, *HEALTHY, "places.park.stations.gate.face=contactless")
    assert set(credentials(run, "park")) == {"contactless"}
    versions = {row["person"]: row["version"] for row in run.rows("people")}
    refused = [row for row in run.refusals if row["stop"] == "park"]
    assert {row["reason"] for row in refused} == {"card-unsupported"}
    assert "3.00" not in {versions[row["person"]] for row in refused}
    assert len(refused) > 20


def test_a_contact_counter_reads_every_card_by_contact(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CARDS, *HEALTHY, people=600)
    assert set(credentials(run, "bank")) == {"contact"}


def test_a_card_without_financial_function_is_not_shown_for_paying(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CARDS, *HEALTHY, "population.finance_share=0.0")
    assert not credentials(run, "breakfast")
    assert credentials(run, "park")
    assert {row["purpose"] for row in run.postings} <= {
        "opening", "cash-purchase", "outpatient-settlement", "pharmacy-settlement",
    }  # fmt: skip


def test_a_failed_payment_does_not_spoil_the_electronic_card(tmp_path: Path) -> None:
    poor = "behaviour.account_mean_yuan=0"
    run = day(tmp_path, *ALL_CODES, *HEALTHY, poor, "behaviour.e_card_preference=1.0")
    failed = {row["person"] for row in run.refusals if row["reason"] == "insufficient-funds"}
    instead = {row["fallback"] for row in run.refusals if row["stop"] == "breakfast"}
    assert instead == {"cash"}, "the bank refused the account, so the card is not tried after the code"
    later = [show for show in run.shows if show["person"] in failed and show["stop"] == "culture"]
    assert {show["credential"] for show in later} == {"e-card"}


# ---- what goes wrong -------------------------------------------------------------------------------------


def test_who_forgot_the_pin_locks_the_card_or_gives_up_before(tmp_path: Path) -> None:
    forgetful = ("population.forgets_pin_share=1.0", "behaviour.gives_up_last_try=0.5")
    run = day(tmp_path, *ALL_CARDS, *HEALTHY[:-1], *forgetful, people=500)
    reasons = Counter(row["reason"] for row in run.refusals)
    assert reasons["pin-wrong"] > reasons["pin-cancelled"] > 5
    assert reasons["pin-locked"] > 5
    remedies = {(row["reason"], row["remedy"]) for row in run.refusals}
    assert ("pin-cancelled", "apply-pin-reset") in remedies


@pytest.mark.parametrize(("share", "absent"), [("1.0", "pin-locked"), ("0.0", "pin-cancelled")])
def test_giving_up_and_locking_exclude_each_other(tmp_path: Path, share: str, absent: str) -> None:
    forgetful = ("population.forgets_pin_share=1.0", f"behaviour.gives_up_last_try={share}")
    run = day(tmp_path, *ALL_CARDS, *HEALTHY[:-1], *forgetful, people=400)
    reasons = {row["reason"] for row in run.refusals}
    assert absent not in reasons
    assert {"pin-wrong", "pin-locked", "pin-cancelled"} - {absent} <= reasons


def test_a_card_that_was_locked_before_today_refuses_the_first_pin(tmp_path: Path) -> None:
    locked = ("population.locked_share=0.5", "behaviour.pin_typo=0.0")
    run = day(tmp_path, *ALL_CARDS, *HEALTHY[:3], *HEALTHY[4:], *locked)
    status = {row["person"]: row["status"] for row in run.rows("people")}
    refused = [row for row in run.refusals if row["reason"] == "pin-locked"]
    assert len(refused) > 20
    assert {status[row["person"]] for row in refused} == {"3"}
    verified = {row["person"] for row in run.apdus if row["header"] == 0x00200000 and row["lc"]}
    assert "3" not in {status[person] for person in verified}, (
        "a locked card's holder is not asked for the PIN"
    )


def test_a_missed_card_is_reported_by_telephone_then_formally_and_replaced(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CARDS, *HEALTHY[1:], "population.mislaid_share=0.3", people=300)
    asked: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in run.messages:
        if row["recipient"].startswith("authority/") and row["kind"] != "CA01":
            asked[row["visit"] // 64].append((row["kind"], row["result"]))
    whole = [
        ("temporary-loss", "done"),
        ("status", "done"),
        ("formal-loss", "done"),
        ("replacement", "done"),
    ]
    assert list(asked.values()).count(whole) > 20
    assert all(steps == whole[: len(steps)] for steps in asked.values())


def test_the_authority_refuses_a_cancelled_card_once_and_its_holder_goes_home(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CARDS, *HEALTHY, "population.cancelled_share=0.3")
    refused = Counter(row["visit"] for row in run.refusals if row["reason"] == "authority-refused")
    assert len(refused) > 10
    assert set(refused.values()) == {1}
    ends = {visit["visit"]: visit["fallback"] for visit in run.visits}
    assert {ends[visit] for visit in refused} == {"turned-away"}


def test_visits_that_refusals_lead_to_do_not_begin_at_one_instant(tmp_path: Path) -> None:
    run = day(tmp_path, *ALL_CARDS, *HEALTHY[1:], "population.mislaid_share=0.3", people=300)
    arrivals = [
        visit["arrive_us"]
        for visit in run.visits
        if visit["place_kind"] == "card-service-centre" and visit["outcome"] != "place-closed"
    ]
    assert len(arrivals) > 20
    assert len(set(arrivals)) == len(arrivals)
    assert all(14 * HOUR <= arrival < 17 * HOUR for arrival in arrivals)


def test_an_expired_cards_electronic_card_still_settles(tmp_path: Path) -> None:
    old = "population.generation_mix={'1.00'=1.0,'2.00'=0.0,'3.00'=0.0}"
    overrides = ("population.finance_share=0.0", "population.expired_share=0.5", old)
    ill = "stops.medical.services.hospital-visit.probability=0.8"
    run = day(tmp_path, *ALL_CODES[:2], *HEALTHY[:2], *HEALTHY[3:], *overrides, ill, people=120)
    reasons = {row["reason"] for row in run.refusals}
    assert "card-expired" in reasons
    assert "settlement-refused" not in reasons


# ---- money -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cash", "account"), [(0, 0), (60, 300), (3000, 4000)], ids=["penniless", "poor", "well off"]
)
def test_what_the_insurance_does_not_pay_is_paid_or_the_settlement_is_taken_back(
    tmp_path: Path, cash: int, account: int
) -> None:
    run = day(
        tmp_path,
        f"behaviour.cash_opening_yuan={cash}",
        f"behaviour.account_mean_yuan={account}",
        "stops.medical.services.hospital-visit.probability=0.6",
    )
    settled = {row["visit"]: row["psn_cash_pay_fen"] for row in run.rows("settlements")}
    paid_in_full = sum(
        stage["amount_fen"]
        for stage in run.stages
        if stage["stop"] == "medical" and stage["amount_fen"] and stage["visit"] not in settled
    )
    received = sum(
        row["amount_fen"] for row in run.postings if row["kind"] in ("institution", "institution-cash")
    )
    assert received == sum(settled.values()) + paid_in_full
    assert settled
    cancelled = sum(row["kind"] in ("2208", "2103") for row in run.messages)
    assert (cancelled > 0) == (cash < 3000)


def test_a_refused_card_payment_of_the_rest_is_recorded_before_cash_is_taken(tmp_path: Path) -> None:
    ill = "stops.medical.services.hospital-visit.probability=0.6"
    run = day(tmp_path, *ALL_CARDS, *HEALTHY, "behaviour.account_mean_yuan=0", ill)
    refused = sum(row["kind"] == "purchase" and row["result"] == "51" for row in run.messages)
    recorded = sum(row["reason"] == "insufficient-funds" for row in run.refusals)
    assert recorded >= refused > 50


@pytest.mark.parametrize("service", ["pharmacy-purchase", "clinic-visit", "hospital-visit"])
def test_the_bills_of_a_service_are_on_average_what_its_source_says(service: str) -> None:
    model = load_scenario("daily-card-usage").scenario
    book, prices = FeeBook(1), Stream(1, "test/price")
    price = model.services[service].price
    assert price is not None
    level = model.places[model.services[service].place].level
    bills = []
    for visit in range(5000):
        budget_fen = sample_price_fen(price, prices, visit, 0)
        is_purchase = service == "pharmacy-purchase"
        lines = (
            book.purchase_charges(visit, budget_fen)
            if is_purchase
            else book.visit_charges(visit, level, budget_fen)
        )
        bills.append(sum(line.amount_fen for line in lines))
    assert sum(bills) / len(bills) / 100 == pytest.approx(price.mean_yuan, rel=0.07)


def test_a_withdrawal_is_its_share_of_the_subsidy_in_whole_notes(tmp_path: Path) -> None:
    run = day(
        tmp_path,
        *ALL_CARDS,
        *HEALTHY,
        "services.housing-subsidy.price={mean_yuan=1990}",
        "behaviour.withdrawal_share=0.5",
        "stops.bank.services.housing-subsidy.probability=0.5",
        "stops.bank.services.poverty-subsidy.probability=0.0",
    )
    withdrawn = {
        -row["amount_fen"] for row in run.postings if row["kind"] == "bank-vault" and row["amount_fen"] < 0
    }
    assert withdrawn == {90_000}


# ---- time ------------------------------------------------------------------------------------------------


def test_typing_the_pin_takes_the_holders_time(tmp_path: Path) -> None:
    quick = one_stage("supermarket", "checkout", "pay", 1)
    no_errors = (
        "behaviour.pin_typo=0.0",
        "behaviour.read_failure_contact=0.0",
        "behaviour.read_failure_contactless=0.0",
    )
    run = day(tmp_path, *ALL_CARDS, *HEALTHY, quick, *no_errors, "behaviour.pin_entry={mean_s=50}")
    stages = [
        stage for stage in run.stages if stage["service"] == "supermarket" and stage["credential"] == "card"
    ]
    card_us = {show["visit"]: show["card_us"] for show in run.shows if show["service"] == "supermarket"}
    assert stages
    for stage in stages:
        assert stage["end_us"] - stage["start_us"] == 51 * SECOND + card_us[stage["visit"]]


def test_the_identity_document_takes_the_clerks_time(tmp_path: Path) -> None:
    nobody = ("population.card_share=0.0", "behaviour.identity_document={mean_s=100}")
    gate = one_stage("park-entry", "gate", "identity-tap", 2)
    run = day(tmp_path, *nobody, gate)
    stages = [stage for stage in run.stages if stage["service"] == "park-entry"]
    assert stages
    assert {stage["end_us"] - stage["start_us"] for stage in stages} == {102 * SECOND}
    assert {stage["credential"] for stage in stages} == {"none"}
    assert run.executed.summary.card_uses == 0


def test_every_message_takes_its_links_and_its_computation(tmp_path: Path) -> None:
    slow = ("network.latency_minimum_ms=500", "network.latency_mean_ms=500")
    fixed = (
        "network.city_computation={mean_s=2}",
        "network.bank_computation={mean_s=3}",
        "network.platform_computation={mean_s=1}",
        "network.forwarding_computation={mean_s=0.25}",
    )
    run = day(
        tmp_path,
        *slow,
        *fixed,
        "network.city_servers=1000",
        "network.bank_servers=1000",
        "network.platform_servers=1000",
        "network.forwarding_servers=1000",
    )
    nested = {"CA01", "card-status"}
    elapsed: dict[str, set[int]] = defaultdict(set)
    for row in run.messages:
        elapsed[row["kind"]].add(row["elapsed_us"])
    assert elapsed["1101"] == {3 * SECOND}, "two links and the computation"
    assert elapsed["purchase"] == {4 * SECOND}
    to_authority, to_ministry, to_province = 2 * SECOND, 7 * SECOND // 2, 5 * SECOND
    assert elapsed["CA01"] == {to_authority, to_ministry, to_province}, "each hop holds the next one"
    assert elapsed["2207"] == {3 * SECOND + to_province + SECOND // 4}, "its own time, the question, a step"
    assert elapsed["show-code"] == {4 * SECOND}
    assert nested <= set(elapsed)


def test_institutions_with_one_server_make_their_callers_wait(tmp_path: Path) -> None:
    run = day(tmp_path, "network.bank_servers=1", "network.bank_computation={mean_s=30}")
    waited = [row["elapsed_us"] for row in run.messages if row["kind"] == "purchase"]
    assert max(waited) > 60 * SECOND


# ---- plans -----------------------------------------------------------------------------------------------


def test_arrivals_follow_the_hour_curve_of_the_facts() -> None:
    overrides = ["stops.medical.curve=registration", "people=6000"]
    overrides += [
        f"stops.medical.services.{name}.probability={share}"
        for name, share in (("hospital-visit", 1), ("clinic-visit", 0), ("pharmacy-purchase", 0))
    ]
    overrides += ["places.hospital.opens=00:00", "places.hospital.closes=24:00"]
    model = load_scenario("daily-card-usage", overrides=overrides).scenario
    planner, people = DayPlanner(model, 3), make_population(model, 3)
    hours = [
        visit.planned_us / HOUR
        for person in people
        for visit in planner.plan(person)
        if visit.stop == "medical"
    ]
    edges, shares = facts.values("day.curve.edges"), facts.values("day.curve.registration")
    for start, end, share in zip(edges, edges[1:], shares, strict=False):
        if end < 23:
            found = sum(start <= hour < end for hour in hours) / len(hours)
            assert found == pytest.approx(share / sum(shares), abs=0.02)


def test_nobody_plans_a_service_that_is_not_for_them() -> None:
    model = load_scenario("daily-card-usage", values={"people": 6000}).scenario
    planner = DayPlanner(model, 3)
    seen = Counter()
    for person in make_population(model, 3):
        for visit in planner.plan(person):
            who = model.services[visit.service].who
            assert who.ages[0] <= person.age <= who.ages[1]
            assert not who.insurance or person.insurance in who.insurance
            place = model.places[model.services[visit.service].place]
            assert parse_clock(place.opens) <= visit.planned_us <= parse_clock(place.closes)
            seen[visit.service] += 1
    assert len(seen) >= 20


RATES = {
    "day.probability.transit-tap": [
        "bus-ride",
        "metro-ride",
        "metro-ride",
        "ferry-ride",
        "bicycle-hire",
        "bicycle-hire",
    ],
    "day.probability.medical-visit": ["clinic-visit", "hospital-visit"],
    "day.probability.pharmacy": ["pharmacy-purchase"],
    "day.probability.venue": ["park-entry", "library-loan", "museum-entry", "cultural-centre"],
    "day.probability.bank": ["housing-subsidy", "poverty-subsidy", "study-subsidy"],
    "day.probability.government": ["fiscal-hall", "civil-affairs", "tax-office", "disabled-federation"],
    "day.probability.purchase": ["breakfast", "supermarket", "mall", "swimming", "stadium"],
}


@pytest.mark.parametrize(("fact", "services"), RATES.items(), ids=RATES)
def test_the_baseline_is_the_average_holder_of_the_facts(fact: str, services: list[str]) -> None:
    model = load_scenario("daily-card-usage", profile="baseline-2019", values={"people": 4000}).scenario
    holders = [person for person in make_population(model, 3) if person.card_version]
    offered = {
        name: entry.probability for stop in model.stops.values() for name, entry in stop.services.items()
    }

    def eligible(service: str) -> float:
        who = model.services[service].who
        fit = [
            person
            for person in holders
            if who.ages[0] <= person.age <= who.ages[1]
            and (not who.insurance or person.insurance in who.insurance)
        ]
        return len(fit) / len(holders)

    expected = sum(offered[service] * eligible(service) for service in services)
    assert expected == pytest.approx(facts.value(fact), rel=0.08)
