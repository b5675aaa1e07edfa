"""BER-TLV objects by tag: the social side's FCI and the payment application (card.md §3.2, §15).

A row is tag, form of the value, English, Chinese. The form decides how the value is shown; what has no row
is shown in hexadecimal.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["TAGS", "TagRow"]


class TagRow(NamedTuple):
    """One tag."""

    form: str
    """``hex``, ``text``, ``digits``, ``fen``, ``number``, ``list`` (of tags), ``afl`` or ``template``."""
    english: str
    chinese: str


_TABLE = """
6F   template  file control information                  文件控制信息(FCI)
84   hex       application name                          应用名称
A5   template  proprietary data                          专有数据
88   hex       SFI of the directory                      目录文件短标识
9F0C template  issuer data                               发卡方自定义数据
86   hex       algorithm                                 算法标识
61   template  directory entry                           目录入口
4F   hex       application identifier                    应用标识符(AID)
50   text      application label                         应用标签
87   hex       priority                                  应用优先指示符
5F2D text      preferred languages                       首选语言
9F11 hex       code table of the preferred name          发卡方代码表索引
9F12 text      preferred name                            应用优先名称
9F38 list      data wanted by GET PROCESSING OPTIONS     处理选项数据对象列表(PDOL)
BF0C template  further issuer data                       发卡方自定义数据
9F4D hex       log: file and number of records           日志入口
DF4D hex       load log: file and number of records      圈存日志入口
DF60 hex       extended application support              扩展应用支持
DF61 hex       segmented or piecewise charge support     分段扣费支持
70   template  record                                    记录模板
77   template  answer                                    响应报文模板
80   hex       answer without tags                       响应报文
82   hex       application interchange profile           应用交互特征(AIP)
94   afl       application file locator                  应用文件定位器(AFL)
57   hex       track 2 data                              二磁道等效数据
5A   digits    application primary account number        应用主账号
5F20 text      cardholder name                           持卡人姓名
9F0B text      cardholder name, extended                 持卡人姓名扩展
9F61 text      holder's identity document number         持卡人证件号
9F62 digits    holder's identity document type           持卡人证件类型
9F63 hex       product information                       卡产品标识信息
5F24 digits    expiry date YYMMDD                        应用失效日期
5F25 digits    effective date YYMMDD                     应用生效日期
5F28 digits    issuer country                            发卡方国家代码
5F30 digits    service code                              服务码
5F34 digits    PAN sequence number                       主账号序列号
8C   list      data wanted by the first GENERATE AC      卡片风险管理数据对象列表1(CDOL1)
8D   list      data wanted by the second GENERATE AC     卡片风险管理数据对象列表2(CDOL2)
8E   hex       cardholder verification methods           持卡人验证方法列表(CVM)
8F   hex       CA public key index                       CA公钥索引
90   hex       issuer public key certificate             发卡方公钥证书
91   hex       issuer authentication data                发卡方认证数据
92   hex       issuer public key remainder               发卡方公钥余项
93   hex       signed application data                   签名的静态应用数据
8A   text      authorisation response code               授权响应码
95   hex       terminal verification results             终端验证结果(TVR)
9A   digits    transaction date YYMMDD                   交易日期
9C   digits    transaction type                          交易类型
5F2A digits    transaction currency                      交易货币代码
9F02 fen       amount authorised                         授权金额
9F03 fen       other amount                              其他金额
9F07 hex       application usage control                 应用用途控制(AUC)
9F08 hex       application version number                应用版本号
9F0D hex       issuer action code, default               发卡方行为代码—缺省
9F0E hex       issuer action code, denial                发卡方行为代码—拒绝
9F0F hex       issuer action code, online                发卡方行为代码—联机
9F10 hex       issuer application data                   发卡方应用数据
9F13 number    counter of the last on-line transaction   上次联机交易计数器
9F14 number    lower consecutive off-line limit          连续脱机交易下限
9F17 number    PIN tries left                            PIN尝试次数
9F1A digits    terminal country                          终端国家代码
9F1F hex       track 1 discretionary data                一磁道自定义数据
9F21 digits    transaction time hhmmss                   交易时间
9F23 number    upper consecutive off-line limit          连续脱机交易上限
9F26 hex       application cryptogram                    应用密文
9F27 hex       cryptogram information data               密文信息数据
9F32 hex       issuer public key exponent                发卡方公钥指数
9F36 number    application transaction counter           应用交易计数器(ATC)
9F37 hex       unpredictable number                      不可预知数
9F42 digits    application currency                      应用货币代码
9F44 digits    exponent of the currency                  应用货币指数
9F46 hex       ICC public key certificate                IC卡公钥证书
9F47 hex       ICC public key exponent                   IC卡公钥指数
9F48 hex       ICC public key remainder                  IC卡公钥余项
9F49 list      data wanted by INTERNAL AUTHENTICATE      动态数据认证数据对象列表(DDOL)
9F4A hex       data authenticated off-line               静态数据认证标签列表
9F4B hex       signed dynamic application data           签名的动态应用数据
9F4C hex       ICC dynamic number                        IC卡动态数
9F4E text      merchant name                             商户名称
9F4F list      format of log records                     日志格式
9F51 digits    application currency                      应用货币代码
9F5D fen       available off-line amount                 可用脱机消费金额
9F66 hex       terminal transaction qualifiers           终端交易属性
9F6C hex       card transaction qualifiers               卡片交易属性
9F6D fen       electronic cash reset threshold           电子现金重置阈值
9F74 text      electronic cash authorisation code        电子现金发卡方授权码
9F77 fen       electronic cash balance limit             电子现金余额上限
9F78 fen       electronic cash transaction limit         电子现金单笔交易限额
9F79 fen       electronic cash balance                   电子现金余额
9F7A hex       electronic cash terminal support          电子现金终端支持指示器
"""


def _rows() -> dict[int, TagRow]:
    rows = {}
    for line in _TABLE.strip().splitlines():
        tag, form, names = line.split(maxsplit=2)
        english, chinese = names.rsplit("  ", 1)
        rows[int(tag, 16)] = TagRow(form, english.strip(), chinese.strip())
    return rows


TAGS = _rows()
"""Rows by tag."""
