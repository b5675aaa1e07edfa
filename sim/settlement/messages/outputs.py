"""All output nodes in one place, for importing; each is defined in the module of its group of transactions.

Amounts are texts with two decimals (settlement.md §9 C-05).
"""

from __future__ import annotations

from onecard.sim.settlement.messages.clearing import (
    ClearingApplicationOutput,
    ClearingApplicationResult,
    ClearingConfirmationOutput,
    ClearingConfirmationResult,
    ClearingDetail,
    ClearingDetailsOutput,
)
from onecard.sim.settlement.messages.files import (
    FileUploadOutput,
)
from onecard.sim.settlement.messages.filing import (
    TransferOutput,
    TransferResult,
)
from onecard.sim.settlement.messages.inpatient import (
    AdmissionOutput,
    AdmissionResult,
)
from onecard.sim.settlement.messages.outpatient import (
    FeeResult,
    FeesOutput,
    RegistrationOutput,
    RegistrationResult,
)
from onecard.sim.settlement.messages.person import (
    BaseInfo,
    IdentityInfo,
    InstitutionInfo,
    InstitutionOutput,
    InsuranceInfo,
    PersonOutput,
    TreatmentOutput,
    TreatmentResult,
)
from onecard.sim.settlement.messages.pharmacy import (
    PurchaseOutput,
)
from onecard.sim.settlement.messages.reconciliation import (
    DetailStatementOutput,
    StatementFile,
    StatementResult,
    TotalStatementOutput,
)
from onecard.sim.settlement.messages.sessions import (
    SignInOutput,
    SignInResult,
    SignOutOutput,
)
from onecard.sim.settlement.messages.settlement import (
    FundDetail,
    PresettledInfo,
    PresettledOutput,
    SettledInfo,
    SettledOutput,
    SettlementInfo,
    SettlementOutput,
)

__all__ = [
    "AdmissionOutput",
    "AdmissionResult",
    "BaseInfo",
    "ClearingApplicationOutput",
    "ClearingApplicationResult",
    "ClearingConfirmationOutput",
    "ClearingConfirmationResult",
    "ClearingDetail",
    "ClearingDetailsOutput",
    "DetailStatementOutput",
    "FeeResult",
    "FeesOutput",
    "FileUploadOutput",
    "FundDetail",
    "IdentityInfo",
    "InstitutionInfo",
    "InstitutionOutput",
    "InsuranceInfo",
    "PersonOutput",
    "PresettledInfo",
    "PresettledOutput",
    "PurchaseOutput",
    "RegistrationOutput",
    "RegistrationResult",
    "SettledInfo",
    "SettledOutput",
    "SettlementInfo",
    "SettlementOutput",
    "SignInOutput",
    "SignInResult",
    "SignOutOutput",
    "StatementFile",
    "StatementResult",
    "TotalStatementOutput",
    "TransferOutput",
    "TransferResult",
    "TreatmentOutput",
    "TreatmentResult",
]
