"""Sign-in and sign-out of an operator: 9001, 9002 (settlement.md §1.5).

One version of the text requires ``mac``, another does not; here it is optional.
"""

from __future__ import annotations

from onecard.sim.settlement.messages.fields import DateTime, Message, Node, Optional20, Text20, Text30

__all__ = [
    "SignIn",
    "SignInInput",
    "SignInOutput",
    "SignInResult",
    "SignOut",
    "SignOutInput",
    "SignOutOutput",
]


class SignIn(Node, kw_only=True):
    """9001 ``signIn``."""

    opter_no: Text20
    mac: Optional20 = None
    ip: Text20


class SignInInput(Message):
    """Input of 9001."""

    signIn: SignIn  # noqa: N815 - the interface's own spelling


class SignInResult(Node, kw_only=True):
    """9001 ``signinoutb``; every later envelope carries ``sign_no``."""

    sign_time: DateTime
    sign_no: Text30


class SignInOutput(Message, kw_only=True):
    """Output of 9001."""

    signinoutb: SignInResult


class SignOut(Node, kw_only=True):
    """9002 ``signOut``."""

    sign_no: Text30
    opter_no: Text20


class SignOutInput(Message):
    """Input of 9002."""

    signOut: SignOut  # noqa: N815


class SignOutOutput(Message, kw_only=True):
    """Output of 9002, without a node."""

    sign_time: DateTime
