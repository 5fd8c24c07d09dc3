"""Whether routes that are there already will pass a new import policy: by route refresh (RFC 2918) or from a stored Adj-RIB-In."""

from __future__ import annotations

from ..model.plan import Plan
from ..model.router import Router


def refusals(router: Router, plan: Plan) -> tuple[str, ...]:
    """Sessions whose routes would go on passing the old policy: the neighbour takes no route refresh and nothing is stored.

    Where the router tells of some neighbours that they take refresh, silence about one counts as no.
    """
    live = {
        (one.neighbor, one.family, one.vrf): one for one in (router.live.sessions or () if router.live else ()) if one.established
    }
    tells = any(one.route_refresh is not None for one in live.values())
    out = []
    for wanted in plan.sessions:
        key = (wanted.neighbor, wanted.family, wanted.vrf)
        seen, session = live.get(key), router.session(*key)
        stored = session is not None and session.soft_reconfiguration
        if wanted.inbound is None or seen is None or stored or seen.route_refresh:
            continue
        if seen.route_refresh is False or tells:
            out.append(
                f"{wanted.neighbor} ({wanted.family}): the neighbour takes no route refresh and no Adj-RIB-In is stored, so its routes would go on "
                "passing the old policy; configure `soft-reconfiguration inbound` or plan a session reset"
            )
    return tuple(out)
