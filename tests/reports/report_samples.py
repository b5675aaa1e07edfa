"""Sample summaries for the report's tests: a city's day, a day on which nothing happens, hostile labels."""

from __future__ import annotations

import msgspec

from onecard.sim.recording.summary import DayCurve, MoneyFlow, Percentiles, SettlementTotals, Summary

MANIFEST: dict[str, object] = {
    "scenario": "daily-card-usage",
    "scenario_sha256": "3b1f" * 16,
    "seed": 20190522,
    "engine": "simpy",
    "version": "0.1.0",
    "parameters": {
        "profile": "city",
        "people": 10_000,
        "city": "310000",
        "behaviour": {
            "pin_typo": 0.01,
            "night": False,
            "ages": [6, 100],
            "note": 'it\'s "here"',
            "limit": None,
        },
        "origin": "built-in",
        "overrides": [],
    },
    "results_sha256": "9ac4" * 16,
}

# stop: hour, English, Chinese, uses, spread of its peak in bins
STOPS = {
    "park": ("07:00", "Park exercise", "公园锻炼", 412, 3),
    "breakfast": ("07:30", "Buying breakfast", "买早餐", 1_204, 3),
    "transit": ("08:00", "Public transport", "公共交通", 4_866, 4),
    "culture": ("09:00", "Library, museum, cultural centre", "图书馆、博物馆、文化馆", 388, 8),
    "health": ("10:00", "Pharmacy and hospital", "药店买药、就医服务", 2_153, 10),
    "bank": ("11:00", "Bank: collecting subsidies", "银行领补贴", 731, 7),
    "hall": ("14:00", "Government service halls", "财政服务大厅等", 296, 7),
    "sports": ("16:00", "Swimming hall, stadium", "游泳馆、体育场", 343, 6),
    "shopping": ("20:00", "Supermarket, shopping mall", "超市购物、商场", 1_522, 5),
}

# service: stop, English, Chinese, uses
SERVICES = {
    "bus-tap": ("transit", "Bus ride", "乘坐公交", 2_110),
    "metro-in": ("transit", "Metro, tap in", "地铁进站", 1_203),
    "metro-out": ("transit", "Metro, tap out", "地铁出站", 1_201),
    "ferry": ("transit", "Ferry ride", "乘坐轮渡", 88),
    "bicycle": ("transit", "Public bicycle, hire and return", "公共自行车租还", 264),
    "park-entry": ("park", "Park entry", "入园", 412),
    "breakfast-pay": ("breakfast", "Breakfast payment", "早餐支付", 1_204),
    "loan": ("culture", "Library loan", "图书借阅", 231),
    "museum": ("culture", "Museum entry", "博物馆入馆", 119),
    "culture-entry": ("culture", "Cultural centre entry", "文化馆入馆", 38),
    "pharmacy": ("health", "Medicine purchase with insurance settlement", "药店购药医保结算", 702),
    "register": ("health", "Hospital registration", "医院挂号登记", 640),
    "outpatient": ("health", "Outpatient settlement", "门诊费用结算", 611),
    "inpatient": ("health", "Discharge settlement", "出院结算", 24),
    "remote": ("health", "Cross-province settlement", "跨省异地就医结算", 176),
    "housing": ("bank", "Housing subsidy collection", "领取住房补贴", 255),
    "fiscal": ("bank", "Fiscal subsidy collection", "领取财政补贴", 203),
    "aid": ("bank", "Poverty and study aid collection", "领取扶贫助学补贴", 131),
    "cash": ("bank", "Cash withdrawal", "取款", 142),
    "tax": ("hall", "Tax office, identity voucher", "税务办事凭证", 96),
    "civil": ("hall", "Civil affairs, identity voucher", "民政办事凭证", 124),
    "disabled": ("hall", "Disabled persons' federation, identity voucher", "残联办事凭证", 76),
    "swim": ("sports", "Swimming hall entry and payment", "游泳馆入场支付", 209),
    "stadium": ("sports", "Stadium entry and payment", "体育场入场支付", 134),
    "supermarket": ("shopping", "Supermarket payment", "超市购物支付", 1_051),
    "mall": ("shopping", "Shopping mall payment", "商场购物支付", 471),
}

# kind: English, Chinese, visits, p50, p95, max, utilisation
PLACES = {
    "park-gate": ("Park gate", "公园入口", 412, 0.0, 1.21, 4.877, 0.012),
    "breakfast-shop": ("Breakfast shop", "早餐店", 1_204, 12.4, 95.31, 221.0, 0.431),
    "bus": ("Bus", "公交车", 2_110, 0.0, 2.7, 9.3, 0.061),
    "metro": ("Metro station", "地铁站", 2_404, 0.0, 1.9, 6.12, 0.074),
    "ferry-pier": ("Ferry pier", "轮渡码头", 88, 0.0, 0.8, 2.2, 0.008),
    "bicycle-dock": ("Bicycle dock", "自行车桩", 264, 0.0, 0.0, 0.7, 0.003),
    "library": ("Library", "图书馆", 231, 0.0, 22.0, 80.0, 0.15),
    "museum-desk": ("Museum", "博物馆", 157, 0.0, 6.0, 31.0, 0.05),
    "pharmacy-shop": ("Pharmacy", "药店", 702, 21.0, 240.0, 612.5, 0.38),
    "hospital-3": ("Hospital, level III", "三级医院", 811, 410.0, 2_730.0, 4_512.0, 0.874),
    "hospital-2": ("Hospital, level II", "二级医院", 464, 180.2, 1_330.0, 2_001.0, 0.713),
    "community": ("Community health centre", "社区卫生服务中心", 176, 31.0, 320.0, 700.0, 0.35),
    "bank-branch": ("Bank branch", "银行网点", 589, 201.0, 960.0, 1_501.0, 0.61),
    "atm": ("Cash machine", "自动取款机", 142, 0.0, 61.0, 140.0, 0.11),
    "service-hall": ("Government service hall", "政务服务大厅", 296, 95.0, 610.0, 980.0, 0.42),
    "sports-venue": ("Sports venue", "体育场馆", 343, 0.0, 14.0, 40.0, 0.08),
    "supermarket-till": ("Supermarket till", "超市收银台", 1_051, 18.0, 140.0, 301.0, 0.52),
    "mall-till": ("Shopping mall till", "商场收银台", 471, 2.0, 65.0, 180.0, 0.21),
}

REASONS = {
    "no-card": ("No card yet", "尚未领卡"),
    "card-expired": ("Card expired", "卡已过期"),
    "card-lost": ("Card reported lost", "卡已挂失"),
    "pin-wrong": ("Wrong PIN", "密码错误"),
    "pin-locked": ("PIN locked", "密码已锁定"),
    "old-card": ("Card has no contactless face", "卡无非接触界面"),
    "not-insured": ("Not insured here", "未在本地参保"),
    "no-filing": ("No filing for treatment elsewhere", "未办理异地就医备案"),
    "balance": ("Balance too small", "余额不足"),
    "not-entitled": ("Not entitled to the benefit", "不符合待遇领取条件"),
    "timeout": ("Platform did not answer in time", "平台应答超时"),
}

REFUSALS_BY_STOP = {
    "park": {"no-card": 9, "card-lost": 1},
    "breakfast": {"balance": 14, "old-card": 31, "no-card": 12},
    "transit": {"old-card": 221, "balance": 64, "card-expired": 18, "no-card": 77},
    "culture": {"no-card": 11, "card-expired": 4},
    "health": {
        "pin-wrong": 62,
        "pin-locked": 7,
        "not-insured": 33,
        "no-filing": 28,
        "timeout": 5,
        "card-lost": 8,
    },
    "bank": {"pin-wrong": 21, "pin-locked": 3, "not-entitled": 40, "card-expired": 6},
    "hall": {"no-card": 5, "card-expired": 3},
    "sports": {"balance": 7, "old-card": 12},
    "shopping": {"balance": 58, "pin-wrong": 11, "old-card": 19},
}

REMEDIES = {
    "e-card-instead": ("Used the electronic card instead", "改用电子社保卡", 301),
    "insert": ("Inserted the card instead", "改为插卡", 198),
    "cash-instead": ("Paid in cash", "改用现金", 143),
    "retry-pin": ("Entered the PIN again", "重新输入密码", 78),
    "replace": ("Went to replace the card", "前往补换卡", 31),
    "gave-up": ("Gave up", "放弃", 37),
}

ACCOUNTS = {
    "fund": ("Medical insurance fund", "医疗保险基金"),
    "treasury": ("City treasury", "市财政"),
    "person": ("Bank accounts of people", "个人银行账户"),
    "medical-account": ("Personal medical accounts", "医保个人账户"),
    "cash-in-hand": ("Cash in hand", "手持现金"),
    "hospital": ("Hospitals", "医院"),
    "pharmacies": ("Pharmacies", "药店"),
    "transit-company": ("Transport companies", "公交公司"),
    "merchant": ("Shops", "商户"),
    "venue": ("Venues", "场馆"),
    "other-province": ("Funds of other provinces", "外省医保基金"),
    "opening": ("opening balances", "期初余额"),
}

MONEY = [
    ("fund", "hospital", "fund-share", 41_233_119, 787),
    ("other-province", "hospital", "remote-share", 18_320_044, 176),
    ("medical-account", "hospital", "account-share", 9_120_433, 590),
    ("person", "hospital", "self-payment", 12_004_331, 700),
    ("cash-in-hand", "hospital", "self-payment", 2_311_050, 92),
    ("fund", "pharmacies", "pharmacy-fund", 1_420_118, 310),
    ("medical-account", "pharmacies", "pharmacy-account", 4_388_771, 652),
    ("treasury", "person", "housing-subsidy", 20_400_000, 255),
    ("treasury", "person", "fiscal-subsidy", 9_135_000, 203),
    ("treasury", "person", "aid-payment", 6_550_000, 131),
    ("person", "cash-in-hand", "withdrawal", 7_100_000, 142),
    ("person", "transit-company", "fare", 812_450, 3_602),
    ("person", "merchant", "breakfast-meal", 963_200, 1_190),
    ("person", "merchant", "groceries", 8_744_913, 1_030),
    ("person", "merchant", "mall-goods", 14_230_077, 455),
    ("cash-in-hand", "merchant", "groceries", 51_210, 31),
    ("person", "venue", "tickets", 1_029_000, 343),
    ("opening", "person", "opening", 4_000_000_000, 9_000),
]

PURPOSES = {
    "opening": ("Opening balance", "期初余额"),
    "fund-share": ("Fund share of treatment", "就医基金支付"),
    "remote-share": ("Treatment elsewhere", "异地就医基金支付"),
    "account-share": ("Personal account share", "就医个账支付"),
    "self-payment": ("Patients' own share", "就医个人自付"),
    "pharmacy-fund": ("Medicine, fund share", "购药基金支付"),
    "pharmacy-account": ("Medicine, account", "购药个账支付"),
    "housing-subsidy": ("Housing subsidy", "住房补贴"),
    "fiscal-subsidy": ("Fiscal subsidy", "财政补贴"),
    "aid-payment": ("Poverty and study aid", "扶贫助学补贴"),
    "withdrawal": ("Cash withdrawal", "取款"),
    "fare": ("Fares", "车船费"),
    "breakfast-meal": ("Breakfast", "早餐"),
    "groceries": ("Groceries", "超市购物"),
    "mall-goods": ("Shopping mall goods", "商场购物"),
    "tickets": ("Entry tickets", "门票"),
}

DIALOGUES = {
    "identity-tap": ("Identity tap", "身份挥卡"),
    "transit-tap": ("Transit tap", "乘车挥卡"),
    "payment": ("Payment", "支付"),
    "read-basics": ("Read basic data", "读基本信息"),
    "authenticate": ("Mutual authentication", "双向认证"),
    "medical-purchase": ("Medical account purchase", "医保个账消费"),
}

CARDS = {
    "none": ("no card", "无卡"),
    "1.00": ("first generation (1.00)", "第一代卡（1.00）"),
    "2.00": ("second generation (2.00)", "第二代卡（2.00）"),
    "3.00": ("third generation (3.00)", "第三代卡（3.00）"),
}

KINDS = {
    "visit-outpatient": ("Outpatient visit", "普通门诊"),
    "visit-pharmacy": ("Pharmacy", "定点药店"),
    "visit-inpatient": ("Inpatient stay", "住院"),
    "visit-remote": ("Visit from another province", "跨省异地就医"),
}


TABLES: dict[str, dict[str, tuple[str, str]] | dict[str, tuple[str, str, int]]] = {
    "reason": REASONS,
    "remedy": REMEDIES,
    "account": ACCOUNTS,
    "purpose": PURPOSES,
    "dialogue": DIALOGUES,
    "visit": KINDS,
    "card": CARDS,
}


def _labels() -> dict[str, tuple[str, str]]:
    labels: dict[str, tuple[str, str]] = {
        "daily-card-usage": ("A day with the card", "卡伴一天"),
        "lezhou": ("Lezhou", "乐州市"),
        "city": ("City of 10,000", "万人城市"),
        "contact": ("contact (inserted)", "接触式（插卡）"),
        "contactless": ("contactless (tapped)", "非接触式（挥卡）"),
        "e-card": ("electronic card", "电子社保卡"),
    }
    labels |= {f"place/{key}": (row[0], row[1]) for key, row in PLACES.items()}
    labels |= {f"stop/{key}": (row[1], row[2]) for key, row in STOPS.items()}
    labels |= {f"service/{key}": (row[1], row[2]) for key, row in SERVICES.items()}
    for name, table in TABLES.items():
        labels |= {f"{name}/{key}": (row[0], row[1]) for key, row in table.items()}
    return labels


def _curve() -> DayCurve:
    """Spread each service's uses as a triangle around its stop's hour; what is left goes into the middle."""
    uses_by_stop = {stop: [0] * 96 for stop in STOPS}
    uses_by_service = {}
    for service, (stop, _, _, uses) in SERVICES.items():
        hour, spread = STOPS[stop][0], STOPS[stop][4]
        bins = [0] * 96
        middle = int(hour[:2]) * 4 + int(hour[3:]) // 15 + spread // 2
        weights = {middle + step: spread + 1 - abs(step) for step in range(-spread, spread + 1)}
        for at, weight in weights.items():
            bins[at] = uses * weight // sum(weights.values())
        bins[middle] += uses - sum(bins)
        uses_by_service[service] = bins
        uses_by_stop[stop] = [sum(pair) for pair in zip(uses_by_stop[stop], bins, strict=True)]
    return DayCurve(bin_minutes=15, uses_by_stop=uses_by_stop, uses_by_service=uses_by_service)


def city_summary() -> Summary:
    """A working day of a city of 10 000 people."""
    reasons = {reason: sum(row.get(reason, 0) for row in REFUSALS_BY_STOP.values()) for reason in REASONS}
    return Summary(
        scenario="daily-card-usage",
        profile="city",
        date="2019-05-22",
        city="lezhou",
        people=10_000,
        card_uses=sum(row[3] for row in STOPS.values()),
        apdus=504_917,
        events=1_204_991,
        messages=58_113,
        settlements=1_489,
        refusals=reasons,
        remedies={key: row[2] for key, row in REMEDIES.items()},
        ledger_sum_fen=0,
        uses_by_stop={key: row[3] for key, row in STOPS.items()},
        uses_by_service={key: row[3] for key, row in SERVICES.items()},
        stop_by_service={key: row[0] for key, row in SERVICES.items()},
        uses_by_credential={"contact": 4_201, "contactless": 6_388, "e-card": 1_326},
        uses_per_person={
            "0": 5_012,
            "1": 2_290,
            "2": 1_404,
            "3": 611,
            "4": 342,
            "5": 180,
            "6": 88,
            "7": 41,
            "8": 20,
            "9": 8,
            "10+": 4,
        },
        visits_by_place_kind={key: row[2] for key, row in PLACES.items()},
        wait_s_p50={key: row[3] for key, row in PLACES.items()},
        wait_s_p95={key: row[4] for key, row in PLACES.items()},
        wait_s_max={key: row[5] for key, row in PLACES.items()},
        utilisation={key: row[6] for key, row in PLACES.items()},
        curve=_curve(),
        refusals_by_stop=REFUSALS_BY_STOP,
        apdus_by_command={
            "SELECT": 141_204,
            "READ RECORD": 132_551,
            "GET CHALLENGE": 61_204,
            "EXTERNAL AUTHENTICATE": 44_121,
            "INTERNAL AUTHENTICATE": 39_004,
            "GET RESPONSE": 35_310,
            "VERIFY": 21_327,
            "INITIALIZE FOR PURCHASE": 8_120,
            "DEBIT FOR PURCHASE": 8_003,
            "READ BINARY": 6_811,
            "UPDATE RECORD": 5_130,
            "GET BALANCE": 2_132,
        },
        status_words={
            "9000": 455_031,
            "6110": 31_220,
            "6C12": 9_021,
            "6A82": 1_631,
            "63C2": 601,
            "6982": 204,
            "6983": 61,
            "9401": 29,
            "6988": 12,
            "6A81": 2,
        },
        pin_status_queries=7_105,
        dialogues={
            "contactless transit-tap": Percentiles(count=4_602, p50_s=0.301, p95_s=0.412, mean_apdus=9.4),
            "contactless identity-tap": Percentiles(count=812, p50_s=0.354, p95_s=0.51, mean_apdus=12.1),
            "contact payment": Percentiles(count=2_120, p50_s=1.204, p95_s=1.811, mean_apdus=23.8),
            "contact read-basics": Percentiles(count=1_730, p50_s=0.981, p95_s=1.402, mean_apdus=31.0),
            "contact authenticate": Percentiles(count=1_240, p50_s=1.101, p95_s=1.633, mean_apdus=18.2),
            "contact medical-purchase": Percentiles(count=802, p50_s=1.62, p95_s=2.214, mean_apdus=27.5),
        },
        cards_by_version={"none": 980, "1.00": 610, "2.00": 6_120, "3.00": 2_290},
        money=[
            MoneyFlow(source=source, target=target, purpose=purpose, amount_fen=amount, postings=postings)
            for source, target, purpose, amount, postings in MONEY
        ],
        settlement_totals={
            "visit-outpatient": _totals(611, 24_120_055, 13_301_122, 5_410_300, 5_308_633),
            "visit-pharmacy": _totals(702, 6_310_904, 1_420_118, 4_388_771, 502_015),
            "visit-inpatient": _totals(24, 36_140_220, 27_904_997, 1_510_022, 6_424_201),
            "visit-remote": _totals(152, 28_404_171, 18_320_044, 2_200_111, 7_884_016),
        },
        labels=_labels(),
        stop_hours={key: row[0] for key, row in STOPS.items()},
    )


def _totals(settlements: int, fee: int, fund: int, account: int, cash: int) -> SettlementTotals:
    return SettlementTotals(
        settlements=settlements,
        medfee_sumamt_fen=fee,
        fund_pay_sumamt_fen=fund,
        acct_pay_fen=account,
        psn_cash_pay_fen=cash,
    )


def quiet_summary() -> Summary:
    """One person who does nothing: every figure is empty, except that this person carries no card."""
    return Summary(
        scenario="daily-card-usage",
        profile="city",
        date="2019-05-22",
        city="lezhou",
        people=1,
        card_uses=0,
        apdus=0,
        events=0,
        messages=0,
        settlements=0,
        refusals={},
        remedies={},
        ledger_sum_fen=0,
        uses_by_stop={},
        uses_by_service={},
        stop_by_service={},
        uses_by_credential={},
        uses_per_person={"0": 1},
        visits_by_place_kind={},
        wait_s_p50={},
        wait_s_p95={},
        wait_s_max={},
        utilisation={},
        curve=DayCurve(bin_minutes=15, uses_by_stop={}, uses_by_service={}),
        refusals_by_stop={},
        apdus_by_command={},
        status_words={},
        pin_status_queries=0,
        dialogues={},
        cards_by_version={"none": 1},
        money=[],
        settlement_totals={},
        labels={},
        stop_hours={key: row[0] for key, row in STOPS.items()},
    )


def hostile_summary() -> Summary:
    """The city's day with labels that try to break out of HTML, SVG, matplotlib's math and our templates."""
    attack = "<script>window.hacked=1</script>\"' onload=x $\\frac{{ 7*7 }}$ {n} &amp; \x00\x1b"
    labels = {key: (f"{attack}{key}", f"{attack}{key}") for key in _labels()}
    return msgspec.structs.replace(city_summary(), labels=labels)


def single_use_summary() -> Summary:
    """One person, one bus ride, nothing settled or refused."""
    bins = [0] * 96
    bins[33] = 1
    return msgspec.structs.replace(
        quiet_summary(),
        card_uses=1,
        apdus=9,
        uses_by_stop={"transit": 1},
        uses_by_service={"bus-tap": 1},
        stop_by_service={"bus-tap": "transit"},
        uses_by_credential={"contactless": 1},
        uses_per_person={"1": 1},
        visits_by_place_kind={"bus": 1},
        wait_s_p50={"bus": 0.0},
        wait_s_p95={"bus": 0.0},
        wait_s_max={"bus": 0.0},
        utilisation={"bus": 0.0},
        curve=DayCurve(bin_minutes=15, uses_by_stop={"transit": bins}, uses_by_service={"bus-tap": bins}),
        apdus_by_command={"SELECT": 9},
        status_words={"9000": 9},
        dialogues={"contactless transit-tap": Percentiles(count=1, p50_s=0.3, p95_s=0.3, mean_apdus=9.0)},
        cards_by_version={"3.00": 1},
        money=[
            MoneyFlow(source="person", target="transit-company", purpose="fare", amount_fen=200, postings=1)
        ],
        labels=_labels(),
    )
