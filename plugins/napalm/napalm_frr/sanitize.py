"""Secrets of an FRR configuration, masked line by line; line numbers and everything else stay."""

from __future__ import annotations

import re

MASK = "<removed>"
SECRETS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^(\s*neighbor \S+ password )(.+)$",
        r"^(\s*(?:enable )?password (?:8 )?)(.+)$",
        r"^(\s*ip ospf (?:authentication-key|message-digest-key \d+ md5) )(\S+)",
        r"^(\s*(?:ipv6 )?(?:ip )?rip(?:ng)? authentication string )(.+)$",
        r"^(\s*isis password (?:clear|md5) )(.+)$",
        r"^(\s*(?:area|domain)-password (?:clear|md5) )(\S+)",
        r"^(\s*area \S+ virtual-link \S+ .*?(?:authentication-key|md5) )(\S+)",
        r"^(\s*key-string )(.+)$",
        r"^(\s*neighbor \S+ (?:ttl-security )?password )(.+)$",
        r"^(\s*ip eigrp authentication .* )(\S+)$",
        r"^(\s*authentication (?:md5|text) )(\S+)",
        r"^(\s*ip nhrp authentication )(\S+)",
        r"^(\s*mpls ldp .* password )(.+)$",
    )
)


def sanitize(text: str) -> str:
    """The configuration with every password and key replaced by `<removed>`."""
    for pattern in SECRETS:
        text = pattern.sub(lambda found: found[1] + MASK, text)
    return text
