"""Logins of the FRR driver that fail."""

from __future__ import annotations

import pytest
from napalm.base.exceptions import ConnectionException
from napalm_frr.session import Session


def test_a_session_that_is_cut_while_it_opens_is_an_error_of_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_self: Session) -> None:
        raise EOFError

    monkeypatch.setattr(Session, "_connect", cut)
    with pytest.raises(ConnectionException, match="EOFError"):
        Session("192.0.2.1", "push", "", 5, {}).open()
