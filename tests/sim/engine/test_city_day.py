"""Properties of a city's day, computed from its record."""

from collections import Counter, defaultdict
from itertools import groupby, pairwise

from day_samples import Day, Row

from onecard.scenarios import load_scenario
from onecard.sim.units.time import parse_clock

VERIFY = 0x00200000
DAY_MODEL = load_scenario("daily-card-usage").scenario


def by_person(rows: list[Row], key: str) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[key]):
        groups[row["person"]].append(row)
    return groups


def test_nobody_is_in_two_places(troubled_day: Day) -> None:
    assert len(troubled_day.visits) > 1000
    for visits in by_person(troubled_day.visits, "arrive_us").values():
        for visit in visits:
            assert visit["arrive_us"] <= visit["leave_us"]
        for before, after in pairwise(visits):
            assert before["leave_us"] < after["arrive_us"], (
                "somebody arrives before having left, or without travelling"
            )


def test_every_stage_lies_inside_its_visit_and_stages_follow_each_other(troubled_day: Day) -> None:
    visits = {visit["visit"]: visit for visit in troubled_day.visits}
    for stages in by_person(troubled_day.stages, "arrive_us").values():
        for stage in stages:
            visit = visits[stage["visit"]]
            assert visit["arrive_us"] <= stage["arrive_us"] <= stage["start_us"] <= stage["end_us"]
            assert stage["end_us"] <= visit["leave_us"]
            assert (stage["place"], stage["service"]) == (visit["place"], visit["service"])
        for before, after in pairwise(stages):
            assert before["end_us"] <= after["arrive_us"]


def test_money_sums_to_zero_at_every_posting_and_nobody_overdraws(troubled_day: Day) -> None:
    balances: dict[str, int] = defaultdict(int)
    may_go_negative = {"opening", "bank-book"}
    assert len(troubled_day.postings) > 1000
    for _number, entries in groupby(troubled_day.postings, key=lambda row: row["posting"]):
        moved = list(entries)
        assert sum(entry["amount_fen"] for entry in moved) == 0
        for entry in moved:
            balances[entry["account"]] += entry["amount_fen"]
            assert balances[entry["account"]] >= 0 or entry["kind"] in may_go_negative
    assert sum(balances.values()) == 0
    assert troubled_day.executed.summary.ledger_sum_fen == 0


def test_a_cards_retry_counter_never_rises_without_a_right_pin(troubled_day: Day) -> None:
    left: dict[int, int] = {}
    wrong = right = 0
    for row in troubled_day.apdus:
        if row["header"] != VERIFY or row["slot"] == "psam":
            continue
        person, sw = row["person"], row["sw"]
        if sw == 0x9000 and row["lc"]:
            left.pop(person, None)
            right += 1
        elif sw >> 4 == 0x63C:
            tries = sw & 0xF
            assert tries <= left.get(person, 3), "the counter rose without a right PIN"
            wrong += tries < left.get(person, 3)
            left[person] = tries
        else:
            assert sw == 0x6983, f"VERIFY answered {sw:04X}"
            assert left.get(person, 0) == 0, "locked although tries were left"
    assert wrong > 20
    assert right > 100


def test_nobody_is_served_before_opening_or_admitted_after_closing(troubled_day: Day) -> None:
    for visit in troubled_day.visits:
        place = DAY_MODEL.places[visit["place_kind"]]
        if visit["arrive_us"] >= parse_clock(place.closes):
            assert visit["outcome"] == "place-closed"
    for stage in troubled_day.stages:
        assert stage["start_us"] >= parse_clock(DAY_MODEL.places[stage["place_kind"]].opens)


def test_no_station_serves_more_people_than_it_has_servers(troubled_day: Day) -> None:
    servers = {(row["place"], row["station"]): row["servers"] for row in troubled_day.rows("stations")}
    at_station: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for stage in troubled_day.stages:
        key = stage["place"], stage["station"]
        at_station[key] += [(stage["start_us"], 1), (stage["end_us"], -1)]
    for key, changes in at_station.items():
        present = 0
        for _time, change in sorted(changes):
            present += change
            assert present <= servers[key]


def test_a_reported_loss_kills_the_electronic_card_at_that_instant(troubled_day: Day) -> None:
    reported = {row["visit"] // 64: row for row in troubled_day.messages if row["kind"] == "temporary-loss"}
    assert reported
    for row in reported.values():
        assert row["result"] == "done"
    for show in troubled_day.shows:
        report = reported.get(show["person"])
        if report is not None and show["time_us"] > report["time_us"] + report["elapsed_us"]:
            assert show["reason"], "a credential of a lost card was accepted"


def test_every_insured_settlement_was_preceded_by_an_accepted_card_authentication(troubled_day: Day) -> None:
    authenticated = {
        row["visit"] for row in troubled_day.messages if row["kind"] == "CA01" and row["result"] == "0"
    }
    settled = {row["visit"] for row in troubled_day.rows("settlements")}
    by_card = {
        show["visit"]
        for show in troubled_day.shows
        if show["visit"] in settled and show["credential"] == "card" and show["dialogue"] == "medical-settle"
    }
    assert by_card
    assert by_card <= authenticated


def test_what_the_funds_pay_is_what_the_settlements_say(troubled_day: Day) -> None:
    settlements = troubled_day.rows("settlements")
    paid_by_funds = -sum(  # cancelled settlements come back
        row["amount_fen"]
        for row in troubled_day.postings
        if row["kind"].startswith("fund-") and row["purpose"] != "opening"
    )
    assert paid_by_funds == sum(row["fund_pay_sumamt_fen"] for row in settlements) > 0
    for row in settlements:
        parts = row["fund_pay_sumamt_fen"] + row["acct_pay_fen"] + row["psn_cash_pay_fen"]
        assert parts == row["medfee_sumamt_fen"]


def test_a_registration_that_is_not_settled_with_the_card_is_taken_back(troubled_day: Day) -> None:
    done = {(row["visit"], row["kind"]) for row in troubled_day.messages if row["result"] == "0"}
    settled = {row["visit"] for row in troubled_day.rows("settlements")}
    registered = {visit for visit, kind in done if kind == "2201"}
    cancelled = {visit for visit, kind in done if kind == "2202"}
    assert cancelled
    assert registered == (settled & registered) | cancelled


def test_every_kind_of_trouble_is_met_and_has_its_consequence(troubled_day: Day) -> None:
    reasons = {row["reason"] for row in troubled_day.refusals}
    expected = {
        "card-mislaid",
        "card-lost",
        "card-expired",
        "pin-wrong",
        "pin-locked",
        "card-unreadable",
        "insufficient-funds",
    }
    assert expected <= reasons
    remedies = {(row["reason"], row["remedy"]) for row in troubled_day.refusals}
    assert ("card-mislaid", "report-loss") in remedies
    assert ("pin-locked", "apply-pin-reset") in remedies
    services = {row["service"] for row in troubled_day.visits}
    assert {"card-replacement", "pin-reset"} <= services


def test_a_holder_who_missed_the_card_does_not_show_it_again(troubled_day: Day) -> None:
    mislaid = [row for row in troubled_day.refusals if row["reason"] == "card-mislaid"]
    assert mislaid
    assert len({row["person"] for row in mislaid}) == len(mislaid)


def test_every_card_shown_is_a_dialogue_of_real_frames(troubled_day: Day) -> None:
    frames: dict[int, int] = defaultdict(int)
    for row in troubled_day.apdus:
        frames[row["visit"]] += 1
    told: dict[int, int] = defaultdict(int)
    for show in troubled_day.shows:
        told[show["visit"]] += show["apdus"]
        if show["credential"] == "card" and not show["reason"]:
            assert show["apdus"] >= 4
            assert show["card_us"] > 0
    assert {visit: count for visit, count in told.items() if count} == dict(frames)
    assert sum(frames.values()) == troubled_day.executed.summary.apdus


def test_every_credential_refused_is_a_refusal_and_every_accepted_one_a_use(troubled_day: Day) -> None:
    shown = Counter((show["visit"], show["reason"]) for show in troubled_day.shows if show["reason"])
    refused = Counter((row["visit"], row["reason"]) for row in troubled_day.refusals)
    assert shown
    assert shown <= refused
    accepted = [show for show in troubled_day.shows if not show["reason"]]
    assert len(accepted) == troubled_day.executed.summary.card_uses
    at_stages = [stage for stage in troubled_day.stages if stage["credential"] != "none"]
    assert len(at_stages) == len(accepted)


def test_a_reported_loss_reaches_the_ministrys_hot_list(troubled_day: Day) -> None:
    lost = [row for row in troubled_day.messages if row["kind"] == "temporary-loss"]
    told = [row for row in troubled_day.messages if (row["kind"], row["recipient"]) == ("CA02", "ministry")]
    assert {row["visit"] for row in lost} <= {row["visit"] for row in told}
    assert {row["result"] for row in told} == {"0"}
    assert {row["sender"] for row in told} == {"authority/310000"}
