"""English and Chinese names of everything that a run's summary mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.engine.remedies import REMEDY_LABELS, reason_labels
from onecard.sim.ledger.kinds import KINDS
from onecard.sim.people.counties import areas_of
from onecard.sim.terminals import load_dialogues

if TYPE_CHECKING:
    from onecard.sim.engine.model import CityDay

__all__ = ["FIXED_LABELS", "labels_of"]

FIXED_LABELS: dict[str, tuple[str, str]] = {
    "contact": ("contact", "接触式"),
    "contactless": ("contactless", "非接触式"),
    "e-card": ("electronic card", "电子社保卡"),
    "card": ("card", "实体卡"),
    "none": ("none", "无卡"),
    "1.00": ("first generation (1.00)", "第一代卡（1.00）"),
    "2.00": ("second generation (2.00)", "第二代卡（2.00）"),
    "3.00": ("third generation (3.00)", "第三代卡（3.00）"),
    "opening": ("opening balance", "期初余额"),
    "purchase": ("card payment", "刷卡消费"),
    "cash-purchase": ("cash payment", "现金消费"),
    "cash-withdrawal": ("cash withdrawal", "取现"),
    "subsidy": ("subsidy", "补贴发放"),
    "settlement": ("medical settlement", "医保结算"),
    "outpatient": ("outpatient visit", "门诊就诊"),
    "pharmacy-purchase-settlement": ("pharmacy purchase", "药店购药"),
    "cash": ("paid in cash", "改付现金"),
    "identity-document": ("identity document shown", "出示身份证"),
    "self-pay": ("paid in full", "全额自费"),
    "turned-away": ("turned away", "未能办理"),
    "no-credential": ("no card", "无卡"),
}


PROVINCES = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Tibet", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang",
}  # fmt: skip
"""English names by the first two digits of a division code (world.md §2.1)."""


def _city_label(city: str) -> tuple[str, str]:
    """Name a city: its province in English with the code, and its full Chinese name."""
    area = areas_of(city)[0]
    chinese = area.full_name if city == area.code else area.full_name.removesuffix(area.county)
    english = PROVINCES[city[:2]]
    return (english if city.endswith("0000") else f"{english} {city}", chinese)


def labels_of(day: CityDay) -> dict[str, tuple[str, str]]:
    """Collect the labels of a scenario: fixed ones, ledger, reasons, dialogues, places, services, stops.

    Where two tables use one identifier (a service named like its place) the later of this list wins.
    """
    labels = dict(FIXED_LABELS) | {day.city: _city_label(day.city)} | {kind.name: (kind.english, kind.chinese) for kind in KINDS.values()}
    labels |= reason_labels() | REMEDY_LABELS
    for table in (load_dialogues(), day.places, day.services, day.stops):
        labels |= {name: (entry.title.en, entry.title.zh) for name, entry in table.items()}
    return dict(sorted(labels.items()))
