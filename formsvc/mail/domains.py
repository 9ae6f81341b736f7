"""Whether a mail domain takes mail, as far as DNS answers (M4)."""

from functools import lru_cache
from time import monotonic

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver
from flask import current_app

KEPT = 600  # seconds for which an answer is kept
LIFETIME = 2.0  # seconds for one question: a person is waiting


def takes_mail(domain: str) -> bool:
    """False only where DNS says that `domain` has no place for mail; True where it cannot say, or is not asked."""
    return not current_app.extensions["config"].check_mail_domains or _asked(domain, int(monotonic() // KEPT))


@lru_cache(maxsize=4096)
def _asked(domain: str, _period: int) -> bool:
    try:
        resolver = Resolver()
    except NoResolverConfiguration:
        return True
    return ask(resolver, domain)


def ask(resolver: Resolver, domain: str) -> bool:
    """What `resolver` says of `domain`."""
    try:
        records = resolver.resolve(domain, "MX", lifetime=LIFETIME)
    except NXDOMAIN:
        return not _answers(resolver, domain.rpartition(".")[2])
    except NoAnswer:
        return _has_address(resolver, domain)
    except DNSException:
        return True
    return any(str(record.exchange) != "." for record in records)  # RFC 7505: "." takes no mail


def _has_address(resolver: Resolver, domain: str) -> bool:
    """RFC 5321, 5.1: without MX records mail goes to the domain's own address."""
    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(domain, kind, lifetime=LIFETIME)
        except NoAnswer:
            continue
        except DNSException:
            return True
        return True
    return False


def _answers(resolver: Resolver, top_level: str) -> bool:
    """A closed network says of every name that it does not exist, top-level domains included: that is no answer."""
    try:
        resolver.resolve(top_level, "NS", lifetime=LIFETIME)
    except DNSException:
        return False
    return True
