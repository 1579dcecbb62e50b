"""The application, made in named steps from what it is given; nothing of it exists before."""

from collections.abc import Collection, Container, Mapping
from types import MappingProxyType

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Map

from calls.clock import Clock
from ledger_link.register.customer_register import OpenRegister
from ledger_link.register.sql_register import SqlRegister
from privacy.documents.facts import NOBODYS_HOUSE, HouseFacts
from privacy.retention.settings import BY_LAW, RetentionSettings
from rights.access.tasks import Task
from rights.audit.acknowledging import OpenAuditKey, no_audit_key
from rights.calls.ringing import has_a_phone
from rights.identity.passwords import NOT_KNOWN
from storage.database.engine import Database
from storage.live_calls import live_parts
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from web.access_log import QuietFlask, write_access_log
from web.call_id_path import CallIdConverter
from web.call_words import teach_call_words
from web.candidates import teach_candidates
from web.case_labels import teach_case_words
from web.copy_labels import teach_copies
from web.errors import answer_errors
from web.forgery import refuse_forgeries
from web.formats import teach_formats
from web.handover_labels import teach_handover_labels
from web.headers import set_headers
from web.labels import teach_labels
from web.languages import LANGUAGES, chosen_language, speak_languages
from web.limits import limit_attempts
from web.log_in_provider import LogInProvider
from web.number_path import NumberConverter
from web.parts import EXTENSION, Parts
from web.period_words import teach_periods
from web.permit_words import teach_permits
from web.ringing_hub import RingingHub
from web.seal import Seal
from web.sections import teach_sections
from web.session_cookie import SessionCookie
from web.session_watch import teach_session_watch
from web.settings import MAX_FORM_BYTES, WebSettings
from web.text_path import TextConverter
from web.views import (
    accounts,
    apartment,
    api,
    audio,
    call,
    calls,
    customer,
    export,
    health,
    language,
    lease,
    log_in,
    look_ups,
    notice,
    organisation,
    password,
    person,
    queue,
    register,
    ringing,
    session_watch,
)
from web.views.account import (
    confirm,
    log_in_passkey,
    log_in_provider,
    my_cases,
    my_listeners,
    own_account,
    own_password,
    own_sessions,
    second_factor,
    second_step,
)
from web.views.administration import (
    account_grants,
    approvals,
    audit_findings,
    audit_log,
    exclusions,
    log_in_of,
    purposes,
    roles,
    teams,
)
from web.views.privacy import (
    call_word,
    case,
    case_letters,
    cases,
    copies,
    documents,
    handovers,
    holds,
    masks,
    partners,
    retention,
    texts,
)
from web.visitor import guard, visitor

_LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
_NO_SERVICES: Mapping[str, str] = MappingProxyType({})
_NO_PURPOSES: Mapping[str, Collection[str]] = MappingProxyType({})


def create_app(
    *,
    settings: WebSettings,
    database: Database,
    objects: ObjectStore,
    keys: KeyRing,
    clock: Clock,
    secret_key: str,
    services: Mapping[str, str] = _NO_SERVICES,
    register: OpenRegister = SqlRegister,
    house_facts: HouseFacts = NOBODYS_HOUSE,
    service_purposes: Mapping[str, Collection[str]] = _NO_PURPOSES,
    retention_settings: RetentionSettings = BY_LAW,
    provider: LogInProvider | None = None,
    breached: Container[str] = NOT_KNOWN,
    audit_key: OpenAuditKey = no_audit_key,
) -> Flask:
    """Make the viewer.

    ``secret_key`` signs the cookies and seals searches; every process of one viewer has the same. ``services`` are
    the numbers and names that the search offers, ``register`` opens the customer register. Raise BadConfigurationError
    where the catalogues are not compiled.
    """
    app = QuietFlask("web")
    _configure(app, settings=settings, secret_key=secret_key)
    app.extensions[EXTENSION] = Parts(
        settings=settings,
        database=database,
        objects=objects,
        keys=keys,
        clock=clock,
        seal=Seal(secret_key.encode()),
        services=services,
        register=register,
        house_facts=house_facts,
        service_purposes=service_purposes,
        retention_settings=retention_settings,
        provider=provider,
        breached=breached,
        audit_key=audit_key,
    )
    speak_languages(app)
    teach_formats(app)
    teach_labels(app)
    teach_permits(app)
    approvals.teach_approvals(app)
    teach_call_words(app)
    teach_case_words(app)
    teach_copies(app)
    teach_candidates(app)
    teach_sections(app)
    teach_session_watch(app)
    teach_handover_labels(app)
    teach_periods(app)
    _teach_templates(app)
    _teach_addresses(app)
    write_access_log(app, clock=clock)
    set_headers(app, has_tls=settings.has_tls)
    answer_errors(app)
    refuse_forgeries(app)
    guard(app)
    notice.remind_of_notice(app)
    _add_views(app)
    limit_attempts(app)
    _tell_of_calls(app, settings=settings, database=database, clock=clock)
    return app


def route_map() -> Map:
    """Give the routes of the viewer alone, for the reference that is made from them."""
    app = Flask(__name__)
    _teach_addresses(app)
    _add_views(app)
    return app.url_map


def _tell_of_calls(app: Flask, *, settings: WebSettings, database: Database, clock: Clock) -> None:
    """Make the one watch of this process over the calls at agents' phones; it asks only while somebody looks."""

    def read() -> Mapping[int, object]:
        with database.read() as session:
            return live_parts(session, now=clock.now())

    app.extensions[ringing.HUB] = RingingHub(read, most=settings.ringing_streams)
    app.jinja_env.globals.update(has_a_phone=has_a_phone)


def _configure(app: Flask, *, settings: WebSettings, secret_key: str) -> None:
    app.secret_key = secret_key
    app.session_interface = SessionCookie()
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        # __Host-: only over TLS, only for this very host, and no other page of the domain can plant it
        SESSION_COOKIE_NAME="__Host-tallenne" if settings.has_tls else "tallenne",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # Strict would show the log-in page to whoever follows a link from a mail
        SESSION_COOKIE_SECURE=settings.has_tls,
        TRUSTED_HOSTS=_hosts(settings),
    )
    if settings.behind_tls_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]


def _hosts(settings: WebSettings) -> list[str]:
    """Name the hosts that may be asked for (against DNS rebinding)."""
    ours = settings.base_url.host if settings.base_url else None
    return [*([ours] if ours else []), *_LOOPBACK_NAMES]


def _teach_addresses(app: Flask) -> None:
    app.url_map.converters.update(
        call=CallIdConverter, int=NumberConverter, string=TextConverter, default=TextConverter
    )


def _teach_templates(app: Flask) -> None:
    app.jinja_env.globals.update(languages=LANGUAGES, language=chosen_language, visitor=visitor, Task=Task)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _add_views(app: Flask) -> None:
    for module in (
        log_in,
        password,
        confirm,
        second_step,
        log_in_passkey,
        log_in_provider,
        log_in_of,
        own_account,
        own_password,
        own_sessions,
        second_factor,
        language,
        calls,
        call,
        customer,
        queue,
        audio,
        export,
        my_listeners,
        purposes,
        accounts,
        account_grants,
        roles,
        teams,
        exclusions,
        approvals,
        api,
        register,
        person,
        lease,
        apartment,
        organisation,
        look_ups,
        ringing,
        health,
        session_watch,
        audit_log,
        audit_findings,
        cases,
        case,
        case_letters,
        my_cases,
        handovers,
        copies,
        masks,
        call_word,
        texts,
        retention,
        holds,
        documents,
        partners,
        notice,
    ):
        app.register_blueprint(module.blueprint)
