"""English and Chinese names of everything that a run's summary mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from onecard.sim.engine.remedies import REMEDY_LABELS, reason_labels
from onecard.sim.ledger.kinds import KINDS
from onecard.sim.people.counties import areas_of
from onecard.sim.terminals import load_dialogues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.scenarios.model import Scenario

__all__ = ["FIXED_LABELS", "PROVINCES", "city_label", "labels_of"]

FIXED_LABELS: dict[str, tuple[str, str]] = {
    "contact": ("contact", "接触式"),
    "contactless": ("contactless", "非接触式"),
    "e-card": ("electronic card", "电子社保卡"),
    "card": ("card", "实体卡"),
    "none": ("none", "无"),
    "cash": ("paid in cash", "改付现金"),
    "identity-document": ("identity document shown", "出示身份证"),
    "self-pay": ("paid in full", "全额自费"),
    "turned-away": ("turned away", "未能办理"),
    "no-credential": ("no card", "无卡"),
    "one-card-city": ("one-card city", "一卡通城市"),
    "baseline-2019": ("baseline of April 2019", "2019年4月基线"),
    "card/none": ("no card", "无卡"),
    "card/1.00": ("first generation (1.00)", "第一代卡（1.00）"),
    "card/2.00": ("second generation (2.00)", "第二代卡（2.00）"),
    "card/3.00": ("third generation (3.00)", "第三代卡（3.00）"),
    "purpose/opening": ("opening balance", "期初余额"),
    "purpose/purchase": ("card payment", "刷卡消费"),
    "purpose/cash-purchase": ("cash payment", "现金消费"),
    "purpose/cash-withdrawal": ("cash withdrawal", "取现"),
    "purpose/subsidy-credit": ("subsidy", "补贴发放"),
    "purpose/outpatient-settlement": ("outpatient settlement", "门诊医保结算"),
    "purpose/pharmacy-settlement": ("pharmacy settlement", "药店医保结算"),
    "purpose/settlement-cancellation": ("settlement cancelled", "医保结算撤销"),
    "visit/outpatient": ("outpatient visit", "门诊就诊"),
    "visit/pharmacy": ("pharmacy purchase", "药店购药"),
}
"""Names that stand in no table of the scenario; keys as in ``Summary.labels``."""


class _Name(Protocol):
    @property
    def en(self) -> str: ...
    @property
    def zh(self) -> str: ...


class _Titled(Protocol):
    @property
    def title(self) -> _Name: ...


PROVINCES = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Tibet", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang",
}  # fmt: skip
"""English names by the first two digits of a division code (world.md §2.1)."""


def city_label(city: str) -> tuple[str, str]:
    """Name a city: its province in English with the code, and its full Chinese name."""
    area = areas_of(city)[0]
    chinese = area.full_name if city == area.code else area.full_name.removesuffix(area.county)
    english = PROVINCES[city[:2]]
    return (english if city.endswith("0000") else f"{english} {city}", chinese)


def labels_of(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Collect the names of everything a run of the scenario can mention, keyed as ``Summary.labels``."""
    labels = dict(FIXED_LABELS)
    labels[scenario.name] = (scenario.title.en, scenario.title.zh)
    labels[scenario.city] = city_label(scenario.city)
    tables: dict[str, dict[str, tuple[str, str]]] = {
        "account": {kind.name: (kind.english, kind.chinese) for kind in KINDS.values()},
        "reason": reason_labels(),
        "remedy": REMEDY_LABELS,
        "dialogue": _titles(load_dialogues()),
        "place": _titles(scenario.places),
        "service": _titles(scenario.services),
        "stop": _titles(scenario.stops),
    }
    for table, names in tables.items():
        labels |= {f"{table}/{name}": label for name, label in names.items()}
    return dict(sorted(labels.items()))


def _titles(table: Mapping[str, _Titled]) -> dict[str, tuple[str, str]]:
    return {name: (entry.title.en, entry.title.zh) for name, entry in table.items()}
