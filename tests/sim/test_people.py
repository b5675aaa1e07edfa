"""A person is a pure function of (size, seed, region, index): whole, plausible, and the same every time."""

import datetime
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onecard.sim.errors import InputError
from onecard.sim.people import PeopleTable, Person, Population, PopulationParameters
from onecard.sim.people.counties import areas, areas_of, by_code
from onecard.sim.people.identity import check_character
from onecard.sim.people.numbers import BANKS, card_check_character
from onecard.sim.people.pyramid import years_before

SIZES = [1, 10, 10_000, 1_259_000_000, 2_000_000_000]
REGIONS = [None, "46", "460000", "460100", "460105", "310000", "441900", "469000"]
COLUMNS = [
    "identity_number", "sex", "age", "county_code", "prefecture_code", "province_code", "city_code",
    "ethnic_group", "insurance", "psn_type", "psn_no", "chronic", "mobile", "card_generation", "card_number",
    "card_status", "card_mislaid", "pin", "forgets_pin", "has_finance", "bank_code", "bank_account", "e_card",
]  # fmt: skip
WILD = PopulationParameters(
    as_of=datetime.date(2024, 2, 29),
    card_share=0.7,
    generation_mix={"1.00": 0.3, "2.00": 0.3, "3.00": 0.4},
    finance_share=0.5,
    e_card_share=0.6,
    e_card_level_2_share=0.5,
    mislaid_share=0.1,
    reported_lost_share=0.2,
    expired_share=0.2,
    locked_share=0.2,
    cancelled_share=0.1,
    initial_pin_share=0.5,
    forgets_pin_share=0.5,
    uninsured_share=0.3,
)


def in_a_row(table: PeopleTable, at: int) -> dict[str, object]:
    """One person's fields out of the columns."""
    row: dict[str, object] = {}
    for column in COLUMNS:
        value = getattr(table, column)[at]
        row[column] = value.decode() if isinstance(value, bytes) else value.item()
    row["birth_date"] = table.birth_date[at].item()
    row["issue_date"] = table.issue_date[at].item()
    row["valid_until"] = table.valid_until[at].item()
    row["card_version"] = table.card_version[at].decode() or None
    row["card_serial"] = int(table.card_serial[at]).to_bytes(4, "big") if table.has_card[at] else b""
    return row


def of_person(person: Person) -> dict[str, object]:
    dates = ["birth_date", "issue_date", "valid_until", "card_version", "card_serial"]
    return {name: getattr(person, name) for name in [*COLUMNS, *dates]}


def assert_both_forms_agree(population: Population, indices: list[int]) -> None:
    table = population.vector(indices)
    for at, index in enumerate(indices):
        assert in_a_row(table, at) == of_person(population.person(index)), index


def fields_of_a_person_that_are_columns() -> set[str]:
    return {*COLUMNS, "birth_date", "issue_date", "valid_until", "card_version", "card_serial"}


# ---- the two forms ----------------------------------------------------------------------------------------


def test_the_columns_are_the_fields_of_a_person() -> None:
    assert fields_of_a_person_that_are_columns() == set(Person.__struct_fields__) - {"seed", "index"}


@pytest.mark.parametrize("parameters", [None, WILD], ids=["april-2019", "everything-happens-in-2024"])
@pytest.mark.parametrize("size", [1, 10, 10_000, 1_259_000_000], ids=["one", "ten", "town", "nation"])
def test_one_person_and_a_column_of_people_agree(size: int, parameters: PopulationParameters | None) -> None:
    population = Population(size, 7, parameters=parameters)
    step = max(1, size // 1500)
    assert_both_forms_agree(population, list(range(0, size, step))[:1500])


@pytest.mark.parametrize("region", REGIONS[1:])
def test_both_forms_agree_in_every_kind_of_region(region: str) -> None:
    assert_both_forms_agree(Population(5000, 11, region=region, parameters=WILD), list(range(0, 5000, 13)))


@settings(max_examples=60, deadline=None)
@given(
    size=st.sampled_from(SIZES) | st.integers(min_value=1, max_value=2_000_000_000),
    seed=st.integers(min_value=0, max_value=2**64 - 1),
    region=st.sampled_from(REGIONS),
    wild=st.booleans(),
    data=st.data(),
)
def test_both_forms_agree_for_any_population(
    size: int, seed: int, region: str | None, wild: bool, data: st.DataObject
) -> None:
    if region is not None:
        size = size % 1_000_000 + 1
    population = Population(size, seed, region=region, parameters=WILD if wild else None)
    picks = st.lists(st.integers(min_value=0, max_value=size - 1), min_size=1, max_size=15)
    assert_both_forms_agree(population, data.draw(picks))


def test_blocks_of_the_vector_form_join_without_a_seam() -> None:
    population = Population(1_259_000_000, 7)
    table = population.vector(np.arange(40_000))
    for start in (16_380, 32_760):
        part = population.vector(np.arange(start, start + 10))
        for column in fields_of_a_person_that_are_columns():
            whole, alone = getattr(table, column)[start : start + 10], getattr(part, column)
            assert whole.tolist() == alone.tolist(), column


def test_no_people_are_asked_for_and_none_come() -> None:
    table = Population(10, 7).vector([])
    assert len(table) == len(table.identity_number) == len(table.bank_account) == len(table.valid_until) == 0


# ---- a pure function --------------------------------------------------------------------------------------


def test_the_order_of_asking_does_not_matter() -> None:
    first, second = Population(10_000, 7), Population(10_000, 7)
    assert [first.person(i) for i in range(300)] == [second.person(i) for i in range(299, -1, -1)][::-1]


def test_other_seeds_are_other_people() -> None:
    some, others = Population(1_259_000_000, 7), Population(1_259_000_000, 8)
    ours, theirs = ({p.identity_number for p in map(q.person, range(500))} for q in (some, others))
    assert not ours & theirs


def test_another_seed_deals_other_numbers_in_a_full_city() -> None:
    some, others = Population(2000, 7, region="460105"), Population(2000, 8, region="460105")
    same = {p.identity_number for p in some} & {p.identity_number for p in others}
    assert len(same) < 200


def test_one_person_stays_who_they_are() -> None:
    person = Population(1_259_000_000, 7).person(1_000_000)
    assert (person.identity_number, person.card_number, person.card_serial, person.bank_account) == (
        "35092119500809996X",
        "BPAXA9M33",
        b"\x00\x0c88",
        "915606772668682678",
    )
    assert (person.ethnic_group, person.card_version, person.card_status) == ("01", "2.00", "1")
    assert person.issue_date == datetime.date(2016, 8, 17)


def test_changing_one_parameter_leaves_the_rest_of_a_person_alone() -> None:
    before = Population(10_000, 7)
    after = Population(10_000, 7, parameters=PopulationParameters(forgets_pin_share=0.9, e_card_share=0.5))
    changed = {"forgets_pin", "e_card"}
    for index in range(500):
        a, b = of_person(before.person(index)), of_person(after.person(index))
        assert {name for name in a if a[name] != b[name]} <= changed


def test_the_nation_is_made_in_milliseconds_and_kilobytes() -> None:
    Population(10, 7)  # calendars and counties are loaded once
    tracemalloc.start()
    population = Population(1_259_000_000, 7)
    population.person(1_258_999_999)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(population) == 1_259_000_000
    assert peak < 3_000_000


@pytest.mark.parametrize("index", [-1, 10], ids=["below", "beyond"])
def test_an_index_that_is_nobody_is_refused(index: int) -> None:
    population = Population(10, 7)
    with pytest.raises(InputError, match=r"index: no such person; got -?\d+; allowed: 0 to 9"):
        population.person(index)
    with pytest.raises(InputError, match=r"index: no such person; got -?\d+; allowed: 0 to 9"):
        population.vector([3, index])


def test_a_numpy_integer_is_an_index_and_a_fraction_is_not() -> None:
    population = Population(1_259_000_000, 7)
    assert population.person(np.int64(1_200_000_000)) == population.person(1_200_000_000)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="indices: not whole numbers; got 'float64'"):
        population.vector([0.5])


# ---- a plausible person -----------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[None, WILD], ids=["april-2019", "everything-happens-in-2024"])
def sample(request: pytest.FixtureRequest) -> list[Person]:
    population = Population(1_259_000_000, 7, parameters=request.param)
    return [population.person(index) for index in range(4000)]


def as_of(person: Person, sample: list[Person]) -> datetime.date:
    latest = max(p.issue_date for p in sample if p.issue_date)
    return datetime.date(2019, 4, 30) if latest.year < 2020 else datetime.date(2024, 2, 29)


def test_identity_numbers_say_where_when_and_what_sex(sample: list[Person]) -> None:
    for person in sample:
        number = person.identity_number
        assert number[:6] == person.county_code
        assert number[6:14] == f"{person.birth_date:%Y%m%d}"
        assert int(number[14:17]) % 2 == (person.sex == "1")
        assert number[17] == check_character(number[:17])
        assert person.synthetic


def test_sequences_are_dealt_from_the_top(sample: list[Person]) -> None:
    assert min(int(person.identity_number[14:17]) for person in sample) > 400


def test_age_is_completed_years(sample: list[Person]) -> None:
    for person in sample:
        today = as_of(person, sample)
        had_birthday = (today.month, today.day) >= (person.birth_date.month, person.birth_date.day)
        assert person.age == today.year - person.birth_date.year - (not had_birthday)


def test_codes_nest(sample: list[Person]) -> None:
    for person in sample:
        assert person.county_code in by_code()
        assert person.prefecture_code == person.county_code[:4] + "00"
        assert person.province_code == person.county_code[:2] + "0000"
        municipality = person.county_code[:2] in {"11", "12", "31", "50"}
        direct = person.county_code[2:4] == "90"
        expected = person.province_code if municipality else person.prefecture_code
        assert person.city_code == (person.county_code if direct else expected)


def test_insurance_fits_the_age(sample: list[Person]) -> None:
    groups = {"employee": "11", "retired": "12", "none": ""}
    assert {person.insurance for person in sample} == {"employee", "retired", "resident", "none"}
    for person in sample:
        if person.insurance == "resident":
            student = (
                "14" if person.age < 18 or person.psn_type == "1404" else "15" if person.age < 60 else "16"
            )
            assert person.psn_type[:2] == student
        else:
            assert person.psn_type[:2] == groups[person.insurance]
        if person.insurance == "employee":
            assert 18 <= person.age < (60 if person.sex == "1" else 55)
        if person.insurance == "retired":
            assert person.age >= (60 if person.sex == "1" else 55)
        assert bool(person.psn_no) == (person.insurance != "none")
        assert person.psn_no[:6] in {"", person.city_code}


def test_who_has_no_card_has_nothing_of_a_card(sample: list[Person]) -> None:
    without = [person for person in sample if person.card_generation == 0]
    assert without
    for person in without:
        texts = (person.card_number, person.card_serial, person.card_status, person.pin, person.bank_code)
        assert not any(texts)
        assert (person.card_version, person.issue_date, person.valid_until) == (None, None, None)
        assert not any((person.card_mislaid, person.forgets_pin, person.has_finance, person.e_card))
        assert person.bank_account == ""


def test_a_card_is_whole(sample: list[Person]) -> None:
    for person in sample:
        if not person.card_generation:
            continue
        assert person.card_version == f"{person.card_generation}.00"
        assert len(person.card_number) == 9
        assert "A" <= person.card_number[0] <= "Z"
        assert person.card_number[8] == card_check_character(person.card_number[:8])
        assert person.card_serial[0] >> 6 == (3 if person.card_generation == 3 else 0)
        assert len(person.card_serial) == 4
        assert person.card_status in {"1", "2", "3", "4", "9"}
        assert len(person.pin) == 6
        assert person.pin.isdigit()
        assert not person.card_mislaid or person.card_status == "1"


def test_cards_are_issued_in_their_time_and_last_ten_years(sample: list[Person]) -> None:
    first = {1: datetime.date(1999, 12, 22), 2: datetime.date(2011, 8, 1), 3: datetime.date(2017, 11, 1)}
    for person in sample:
        if person.issue_date and person.valid_until:
            assert max(person.birth_date, first[person.card_generation]) <= person.issue_date
            assert person.issue_date <= as_of(person, sample)
            assert person.valid_until == years_before(person.issue_date, -10)


def test_an_account_belongs_to_a_financial_card(sample: list[Person]) -> None:
    for person in sample:
        assert bool(person.bank_account) == bool(person.bank_code) == person.has_finance
        assert not person.has_finance or person.card_generation > 1
        assert person.e_card < 2 or person.has_finance
        if person.has_finance:
            digits = [int(digit) for digit in person.bank_account]
            doubled = [2 * d - 9 * (d > 4) for d in digits[-2::-2]]
            assert (sum(digits[::-2]) + sum(doubled)) % 10 == 0
            bank = int(person.bank_account[4:6]) - 1
            assert (person.bank_account[:4], person.bank_code) == ("9156", BANKS[bank][1])
            assert len(digits) == 18


def test_telephones_are_nobodys(sample: list[Person]) -> None:
    assert {person.mobile[:2] for person in sample} == {"10", "12"}
    assert {len(person.mobile) for person in sample} == {11}


def test_the_local_people_are_of_the_local_groups() -> None:
    def share(region: str, group: str) -> float:
        people = Population(20_000, 7, region=region).vector(np.arange(20_000))
        return float((people.ethnic_group == group.encode()).mean())

    assert share("54", "04") == pytest.approx(0.905, abs=0.012)
    assert share("46", "19") == pytest.approx(0.147, abs=0.015)
    assert share("31", "01") > 0.98


# ---- names ------------------------------------------------------------------------------------------------


def test_names_and_addresses_are_functions_of_seed_and_index() -> None:
    once = [(p.name, p.address) for p in map(Population(1000, 7).person, range(50))]
    again = [(p.name, p.address) for p in map(Population(1000, 7).person, range(49, -1, -1))]
    other = [(p.name, p.address) for p in map(Population(1000, 8).person, range(50))]
    assert once == again[::-1]
    assert sum(a == b for a, b in zip(once, other, strict=True)) == 0


def test_names_and_addresses_fit_on_a_card() -> None:
    for person in map(Population(1_259_000_000, 7).person, range(1500)):
        assert 2 <= len(person.name) <= 5
        assert len(person.name.encode("gbk")) <= 30
        assert len(person.address.encode("gbk")) <= 80  # DF01 EF06 23 (card.md §5.3)
        assert person.address.startswith(by_code()[person.county_code].full_name)


def test_names_fit_the_sex() -> None:
    people = list(map(Population(1_259_000_000, 7).person, range(1500)))
    given = {sex: {p.name[-1] for p in people if p.sex == sex} for sex in ("1", "2")}
    assert "娟" in given["2"] - given["1"]
    assert "军" in given["1"] - given["2"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("310101", "上海市黄浦区"),
        ("460105", "海南省海口市秀英区"),
        ("469005", "海南省文昌市"),
        ("441900", "广东省东莞市"),
    ],
    ids=["municipality", "prefecture", "direct-county", "prefecture-without-counties"],
)
def test_a_full_name_has_no_placeholders(code: str, name: str) -> None:
    assert by_code()[code].full_name == name


# ---- regions and sizes ------------------------------------------------------------------------------------


def test_there_are_2846_counties_in_333_prefectures_and_31_provinces() -> None:
    real = [area for area in areas() if area.county]
    municipal = ("11", "12", "31", "50")
    prefectures = {
        area.prefecture_code for area in areas() if area.code[:2] not in municipal and area.code[2:4] != "90"
    }
    assert len(real) == 2846
    assert len(prefectures) == 333
    assert len({area.province for area in areas()}) == 31
    assert len({area.code for area in areas()}) == len(areas()) == 2851


def test_counties_sum_to_their_provinces() -> None:
    assert sum(area.people for area in areas()) == pytest.approx(1_396_530_000, rel=1e-5)
    assert sum(area.people for area in areas_of("44")) == pytest.approx(113_460_000, rel=1e-5)


@pytest.mark.parametrize(
    ("region", "count"),
    [("46", 25), ("460000", 25), ("460100", 4), ("460105", 1), ("441900", 1), (None, 2851)],
)
def test_a_region_names_its_areas(region: str | None, count: int) -> None:
    assert len(areas_of(region)) == count


@pytest.mark.parametrize("region", ["99", "461000", "460199", "4601", "Hainan", "", "４６"])
def test_a_region_that_is_none_is_refused_with_its_value(region: str) -> None:
    with pytest.raises(InputError, match="region: ") as refusal:
        Population(10, 7, region=region)
    assert repr(region) in str(refusal.value)


@pytest.mark.parametrize("size", [0, -1, 2_000_000_001])
def test_a_size_that_is_none_is_refused(size: int) -> None:
    with pytest.raises(InputError, match=f"size: not a size; got {size}; allowed: 1 to 2000000000"):
        Population(size, 7)


def test_more_people_than_identity_numbers_is_refused_at_once_with_what_is_allowed() -> None:
    with pytest.raises(InputError, match=r"460105.*identity numbers for one day of birth") as refusal:
        Population(50_000_000, 7, region="460105")
    allowed = int(str(refusal.value).split("allowed: about ")[1].split()[0])
    assert len(Population(allowed, 7, region="460105")) == allowed
    with pytest.raises(InputError, match="identity numbers"):
        Population(allowed * 51 // 50, 7, region="460105")


def test_a_full_county_gives_nobody_a_number_twice() -> None:
    population = Population(19_900_000, 7, region="460105")
    rank_order = population.vector(np.arange(0, 400_000))
    assert len(np.unique(rank_order.birth_date)) > 30_000
    sequences = rank_order.identity_number.view("S1").reshape(-1, 18)[:, 14:17]
    assert min(np.ascontiguousarray(sequences).view("S3").reshape(-1).tolist()) >= b"001"
    assert len(np.unique(rank_order.identity_number)) == 400_000
