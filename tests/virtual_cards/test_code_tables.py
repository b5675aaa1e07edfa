"""The code tables against the facts' lists, copied here a second time by hand."""

from __future__ import annotations

import re

import pytest

from onecard.virtual_cards.code_tables import TABLES, CodeTableError, meaning
from onecard.virtual_cards.code_tables.tables import read_tables

# Code and the beginning of its meaning in the facts' own words (card.md §3.2, §5, §7, §17, §18).
ENGLISH = {
    "card_class": "1 pre-school, 2 student, 3 adult, 4 senior",
    "sex": "1 male, 2 female, 9 not stated",
    "household_type": "10 non-agricultural, 11 non-agricultural, 12 non-agricultural, 20 agricultural, "
    "21 agricultural, 22 agricultural, 30 Hong Kong, 31 Hong Kong, 32 Macao, 33 Taiwan, 34 overseas Chinese, "
    "40 foreigner, 41 foreigner without, 42 foreigner with, 50 resident, 51 resident, 52 resident",
    "employment_state": "1 employed, 2 retired, 3 retired, 4 left work, 5 unemployed, 6 jobless, "
    "7 never employed, "
    "8 other",
    "marital_status": "1 single, 2 married, 3 widowed, 4 divorced, 9 not stated",
    "identity_class": "11 civil servant, 12 managed as, 13 professional, 17 clerk, 21 manager, "
    "24 worker, 27 farmer, "
    "31 student, 37 serviceman, 51 freelance, 54 self-employed, 70 jobless, 80 retired, 90 other",
    "education": "11 doctor, 14 master, 21 bachelor, 31 college, 41 secondary specialised, "
    "44 vocational high, "
    "47 technical, 61 senior high, 71 junior high, 81 primary, 90 other",
    "post_level": "410 senior, 411 full, 412 associate, 420 middle, 430 junior, 434 assistant, "
    "435 clerk, 499 none",
    "employment_registration": "10 started, 20 ended",
    "employment_form": "010 employed by a unit, 020 own initiative, 021 self-employed, "
    "022 flexible, 023 other own, "
    "030 public-benefit post, 990 other",
    "unemployment_registration": "10 registered, 20 cancelled",
    "unemployment_cause": "00 none, 10 school leaver, 20 contract ended, 30 left public service, "
    "40 lost land, "
    "50 demobilised, 60 released or paroled, 70 end of labour camp, 80 business closed, 90 other",
    "unemployment_cancel_cause": "00 none, 10 pension age, 20 incapacity, 30 school, 40 imprisoned, "
    "50 three months, 60 stable income, 70 death, 90 other",
    "assistance_type": "010 laid off, 020 from a closed state firm, 030 laid off by a collective, "
    "040 long on minimum, "
    "050 older, 060 disabled, 070 family, 990 other",
    "support_policy": "010 public, 020 insurance subsidy, 030 job introduction, 040 training, "
    "050 skill test, 060 tax, "
    "061 tax, 062 tax, 070 fee, 080 small loan, 990 other",
    "appraisal_matter": "10 injury appraisal, 20 extension, 30 aids, 40 rehabilitation, "
    "50 disease caused, 60 relapse, "
    "70 other confirmation, 80 dependants, 90 non-work illness",
    "disability_grade": "01 grade 1, 02 grade 2, 03 grade 3, 04 grade 4, 05 grade 5, 06 grade 6, 07 grade 7, "
    "08 grade 8, 09 grade 9, 10 grade 10, 11 below grade",
    "self_care_grade": "1 full, 2 mostly, 3 partly dependent, 4 no",
    "capacity_lost": "0 not fully, 1 fully",
    "no_yes": "0 no, 1 yes",
    "no_yes_unknown": "0 no, 1 yes, 2 unknown",
    "insurance_scheme": "110 urban employee, 120 public institutions, 150 new rural, 160 urban resident, "
    "170 urban and rural resident, 210 unemployment, 310 employees' medical, 340 retired veteran, "
    "360 veteran Red Army, 380 new rural cooperative, 390 urban and rural resident, 391 urban resident, "
    "410 work injury, 510 maternity",
    "injury_conclusion": "1 work injury, 2 deemed, 3 no, 4 not deemed",
    "dependant_relation": "1 spouse, 2 child, 4 grandchild, 5 parent, 6 grandparent, 7 sibling",
    "insured_class": "11 employed, 21 retired, 22 retired, 31 retired veteran, 32 veteran Red Army, "
    "33 disabled soldier, 34 special care, 91 other",
    "card_use": "1 on-line, 2 off-line",
    "medical_transaction": "1 load, 2 settlement",
    "special_settlement": "1 work injury, 2 maternity, 3 relief, 9 other",
    "rh_blood_group": "01 neg, 02 pos, 03 unknown",
    "relief_class": "01 urban minimum, 02 rural minimum, 03 rural five, 04 medical, 09 other",
    "preferential_class": "01 conscripts' families, 02 fixed pension, 03 living subsidy, 04 disability",
    "honour_level": "0 national, 1 province, 3 ministry, 5 prefecture, 6 county, 7 unit, 8 international",
    "placement": "1 planned, 2 self-chosen, 3 demobilised, 9 other",
    "algorithm": "01 DES, 02 SSF33, 03 SM4",
    "card_status": "0 sealed, 1 normal, 2 formally, 3 application locked, 4 temporarily, 9 cancelled",
    "production_status": "00 data received, 10 batched, 20 exported to the bank, 21 returned by the bank, "
    "22 bank failure, 23 bank failure, 2a certificate, 2b certificate, 2c certificate failed, "
    "2d certificate failed, "
    "30 exported to the factory, 31 returned by the factory, 32 factory failure, "
    "33 factory failure, 40 exported, "
    "41 returned, 50 instant issue done, 51 instant issue failed, 60 at the counter, 70 issued",
    "person_status": "00 initial, 01 in production, 02 to collect, 03 collected, 04 activated, "
    "05 formal loss, "
    "06 temporary loss, 07 replacement in progress, 08 exchange in progress, 09 cancelled",
    "service_type": "1 activate, 2 temporary loss, 3 formal loss, 4 lift loss, 5 cancel",
    "e_card_level": "1 identity, 2 also payment",
    "e_card_action": "001 level 1 issued, 002 password reset, 003 un-linked, 004 platform password, "
    "005 payment, "
    "006 user information",
    "e_card_scene": "004 password, 005 text message, 008 face check",
}
ETHNIC_GROUPS = """
01汉 02蒙古 03回 04藏 05维吾尔 06苗 07彝 08壮 09布依 10朝鲜 11满 12侗 13瑶 14白 15土家 16哈尼
17哈萨克 18傣 19黎
20傈僳 21佤 22畲 23高山 24拉祜 25水 26东乡 27纳西 28景颇 29柯尔克孜 30土 31达斡尔 32仫佬 33羌 34布朗
35撒拉 36毛南
37仡佬 38锡伯 39阿昌 40普米 41塔吉克 42怒 43乌孜别克 44俄罗斯 45鄂温克 46德昂 47保安 48裕固 49京
50塔塔尔 51独龙
52鄂伦春 53赫哲 54门巴 55珞巴 56基诺 99其他
"""
# A code and characters of its Chinese meaning, in their order.
CHINESE = {
    "ethnic_group": ETHNIC_GROUPS,
    "political_affiliation": "01党员 02预备 03团 04民革 05民盟 06民建 07民进 "
    "08农工党 09致公党 10九三 11台盟 12无党派 13群众",
    "professional_qualification": """
        100药师 110建筑师 120勘察设计 121结构 122岩土 123港 124水利 125公用设备 126电气 127化工
        128环保 130监理 140房估
        150资产评估 160造价 170珠宝 180税务 190拍卖 200法律顾问 210假肢 220矿产储量 230规划 240价格
        250棉花 260矿业权
        270咨询 280房经 290国商 300安全 310核安全 320建造 321一建造 322二建造 330土地 340设备监理
        350出版 360质量 370环评
        380测绘 390验船 400物业 410计量 420招标 430投资 440管理咨询 450地震 460通信 470广告
        480计算机 490翻译 500社工""",
    "honour": """
        01特级劳模 02劳模 03劳动英雄 04先进工作者 05优秀党员 06优秀工会工作者 07优秀工会积极分子
        08技术协作能手
        09新长征突击手 10优秀团干 11三八红旗手 13三好学生 14优秀毕业生 15优秀团员 16优秀学生干部 17十佳辅导员
        18青年岗位能手 19青年卫士 20十大杰出青年 21各族青年团结进步 22农村优秀人才 23杰出青年农民
        24农村青年致富带头人
        25进城务工青年 26青年外事 27青年科学家 28青年科技创新 29五四新闻 30未成年人保护
        31留学回国成就 32留学回国先进
        33民族团结模范 34农民女状元 35中国十大女杰 36双学双比女能手 37双学双比工作者 38绿化女状元
        39巾帼创业 40巾帼建功
        41巾帼文明岗 42禁毒先进 43禁毒工作者 44维护妇儿权益 45先进工作者 46优秀党务 47模范公务员
        48人民满意公务员
        49有突出贡献中青年专家 50政府特殊津贴 51杰出专业技术人才 52模范教师 53优秀教师
        54优秀教育工作者 55中华技能大奖
        56技术能手""",
    "medal": """
        901两弹一星 902航天功勋 911五一劳动 912一英模 913二英模 914一等功 915二等功 916三等功
        920优秀毕业生 921五四
        922雏鹰""",
    "expert_class": """
        100国家级 110中央掌握 120院士 121科学院 122工程院 123外国 124社科 130突出贡献中青年
        140特殊津贴 150百千万
        160长江学者 170百人计划 180科技二等奖以上 190国家级其他 200省部级 210突出贡献 290其他
        300地市级 310地市级
        390地市级 400县级 410县级 490县级 500解放军 510全军 520大军区 530军 540师 550团 900其他
        910定居专家 920留学
        930国家特聘 990其他""",
    "area": """
        11北京 12天津 13河北 14山西 15内蒙古 21辽宁 22吉林 23黑龙江 31上海 32江苏 33浙江 34安徽
        35福建 36江西 37山东
        41河南 42湖北 43湖南 44广东 45广西 46海南 50重庆 51四川 52贵州 53云南 54西藏 61陕西 62甘肃
        63青海 64宁夏 65新疆
        71台湾 81香港 82澳门""",
}


def holds_in_order(text: str, characters: str) -> bool:
    """Tell whether a text has these characters in this order, maybe with others between."""
    rest = iter(text)
    return all(character in rest for character in characters)


def test_every_table_is_compared_with_the_facts() -> None:
    assert set(TABLES) == set(ENGLISH) | set(CHINESE)


@pytest.mark.parametrize("name", ENGLISH)
def test_codes_and_english_meanings_are_the_facts(name: str) -> None:
    expected = re.findall(r"(\w+) (.*?)(?:, (?=\d\w* )|$)", ENGLISH[name])
    rows = TABLES[name].codes
    assert [row.code for row in rows] == [code for code, _ in expected]
    for row, (_, words) in zip(rows, expected, strict=True):
        assert row.english.startswith(words), (row, words)


@pytest.mark.parametrize("name", CHINESE)
def test_codes_and_chinese_meanings_are_the_facts(name: str) -> None:
    expected = re.findall(r"(\d+)(\S+)", CHINESE[name])
    rows = TABLES[name].codes
    assert [row.code for row in rows] == [code for code, _ in expected]
    for row, (_, characters) in zip(rows, expected, strict=True):
        assert holds_in_order(row.chinese, characters), (row, characters)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_where_it_comes_from_and_speaks_both_languages(name: str) -> None:
    table = TABLES[name]
    assert table.clause.startswith("card.md §")
    assert table.mark in ("S", "M", "1")
    assert table.source or table.mark != "S"
    for row in table.codes:
        assert not re.search(r"[\u4e00-\u9fff]", row.english)
        assert re.search(r"[\u4e00-\u9fff]", row.chinese) or name == "algorithm"


def test_a_code_means_the_same_in_both_languages() -> None:
    assert meaning("ethnic_group", "01") == ("Han", "汉族")
    assert meaning("card_status", "9") == ("cancelled", "注销")
    assert meaning("area", "519900") == ("Sichuan", "四川省")
    assert meaning("sex", "7") is None
    assert meaning("area", "") is None


def test_an_unknown_table_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CodeTableError, match=r"code table 'sexes' does not exist; allowed: .*sex, .*"):
        meaning("sexes", "1")


@pytest.mark.parametrize(
    ("codes", "leading", "message"),
    [
        pytest.param('[["1", "a", "甲"], ["1", "b", "乙"]]', 0, "code '1' occurs twice", id="twice"),
        pytest.param('[["1", "", "甲"]]', 0, "code '1': code, English and Chinese must not", id="no-english"),
        pytest.param("[]", 0, "the table has no codes", id="empty"),
        pytest.param('[["1", "a", "甲"]]', 2, "codes of 2 characters are allowed", id="other-length"),
        pytest.param('[["1", "a"]]', 0, "sample.toml: ", id="short-row"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line(codes: str, leading: int, message: str) -> None:
    text = f'[t]\nenglish = "a"\nchinese = "甲"\nclause = "c"\nsource = ""\nmark = "1"\nleading = {leading}\n'
    with pytest.raises(CodeTableError) as refusal:
        read_tables(f"{text}codes = {codes}\n".encode(), where="sample.toml")
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
