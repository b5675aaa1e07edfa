"""English and Chinese names of everything that the summary of a settlement network mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.scenarios.labels import PROVINCES, city_label
from onecard.sim.people.counties import areas_of
from onecard.sim.settlement.messages.reasons import REASONS
from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.tiers.directory import (
    MINISTRY,
    authority_address,
    city_address,
    province_address,
)

if TYPE_CHECKING:
    from onecard.scenarios.model import SettlementScenario

__all__ = ["settlement_labels"]

Names = dict[str, tuple[str, str]]

FIXED: Names = {
    "raised": ("raised shares", "加大比例"),
    "shares-2024": ("shares of 2024", "2024年比例"),
    f"tier/{MINISTRY}": ("ministry", "部级平台"),
    "outcome/settled": ("settled", "已结算"),
    "outcome/taken-back": ("settled, then cancelled", "结算后撤销"),
    "outcome/unreachable": ("platform not reached, paid in full", "平台不可达，全额自费"),
    "outcome/unresolved": ("left to people", "待人工处理"),
    "scope/city": ("in the own city", "参保地就医"),
    "scope/province": ("elsewhere in the province", "省内异地"),
    "scope/nation": ("in another province", "跨省异地"),
    "filing/local": ("treated at home", "本地就医"),
    "filing/long-term": ("filed for long", "长期备案"),
    "filing/transferred": ("transferred, filed", "转诊备案"),
    "filing/temporary": ("filed for a time", "临时备案"),
    "filing/emergency": ("emergency", "急诊抢救"),
    "filing/unfiled": ("not filed", "未备案"),
    "fate/done": ("done: answered when sent again", "重发后确认成功"),
    "fate/refused": ("refused when sent again", "重发后被拒"),
    "fate/reversed": ("done, then reversed", "已生效后冲正"),
    "fate/without-effect": ("never arrived, barred", "未到达，已作废"),
    "fate/unresolved": ("left to people", "待人工处理"),
    "outage/down": ("down", "中断"),
    "outage/cut": ("link cut", "链路中断"),
    "outage/lossy": ("link lossy", "链路丢包"),
    "outage/slow": ("slow", "缓慢"),
    "outage/skew": ("clock wrong", "时钟偏差"),
}
"""Names that stand in no table of the scenario; keys as in ``SettlementSummary.labels``."""


def settlement_labels(scenario: SettlementScenario) -> Names:
    """Collect the names of everything a run of the scenario can mention."""
    labels = dict(FIXED)
    labels[scenario.name] = (scenario.title.en, scenario.title.zh)
    for code, city in scenario.cities.items():
        name = city_label(code) if city.title is None else (city.title.en, city.title.zh)
        labels |= _place_labels(code, name)
    labels |= {f"outcome/{reason}": REASONS[reason] for reason in REASONS}
    labels |= {f"transaction/{infno}": spec.title for infno, spec in TRANSACTIONS.items()}
    return dict(sorted(labels.items()))


def _place_labels(code: str, name: tuple[str, str]) -> Names:
    """Name a city and its province, as places and as tiers."""
    english, chinese = name
    province = PROVINCES[code[:2]], areas_of(code)[0].province
    return {
        f"city/{code}": name,
        f"province/{code[:2]}": province,
        f"tier/{city_address(code)}": name,
        f"tier/{authority_address(code)}": (f"card authority of {english}", f"{chinese}卡管机构"),
        f"tier/{province_address(code[:2])}": (f"{province[0]} (province)", f"{province[1]}（省级）"),
        f"tier/institutions/{code}": (f"institutions in {english}", f"{chinese}定点机构"),
    }
