"""The tables of rights. A delete is a state: accounts, permissions, links and sessions end, they do not vanish."""

import json
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rights.audit.chain_rows import SealedRow
from rights.audit.sealing import ACTOR_NAME, opened
from storage.database.base import CALL_ID_CHARS, Base

SHA256_HEX_CHARS = 64
LISTENING_ID_CHARS = 36
SESSION_ID_CHARS = 36
LOGIN_CHARS = 64

_IS_EXPORT = text("action = 'register-exported'")  # a look at everybody (rights.register.look_ups), and one of few
_BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER PRIMARY KEY alone


class AccountRow(Base):
    """A named person. ``password_hash`` is an argon2id string, None until the person sets a password."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("(password_hash IS NULL) = (password_set_at IS NULL)", name="password_has_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(LOGIN_CHARS), unique=True)  # NFC, case-folded
    name: Mapped[str]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    password_hash: Mapped[str | None]
    password_set_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]  # login of the granter
    disabled_at: Mapped[datetime | None]


class PermissionRow(Base):
    """One task on one scope granted to one account for a time; ``valid_until`` None is until revoked. Rows are history.

    ``role`` is the code of the role that it was granted with, ``approved_by`` the login of the second person where
    the task needs one (rights.access.grants).
    """

    __tablename__ = "account_permissions"
    __table_args__ = (
        CheckConstraint("reach IN ('own', 'team', 'service', 'all')", name="reach"),
        CheckConstraint("(reach = 'service') = (service IS NOT NULL)", name="service"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="validity"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        Index("ix_account_permissions_account_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    task: Mapped[str]
    reach: Mapped[str]
    service: Mapped[str | None]  # E.164
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    reason: Mapped[str]
    role: Mapped[str | None]
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
    approved_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class OneTimeLinkRow(Base):
    """A link with which a person sets a password once. The token itself is nowhere, only its SHA-256."""

    __tablename__ = "one_time_links"
    __table_args__ = (Index("ix_one_time_links_account_id", "account_id"),)

    token_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]  # a newer link, or a disabled account


class SessionRow(Base):
    """A logged-in browser. It ends by log-out, idleness or age, with what it was begun by, or by somebody's hand.

    ``id`` names it to people and to other tables, the token's SHA-256 finds it. ``confirmed_at`` is when the person
    last proved who he is, ``second_factor_at`` when he proved it by more than a password.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
        CheckConstraint("method IN ('password', 'passkey', 'provider')", name="method"),
        Index("ix_sessions_account_id", "account_id"),
    )

    id: Mapped[str] = mapped_column(String(SESSION_ID_CHARS), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    method: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    browser: Mapped[str]  # its name and its system, as "Firefox, Linux"; empty where it did not say
    address: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]


class PurposeRow(Base):
    """A purpose that may be stated before listening; a retired one stays, for the audit names it.

    ``case_pattern`` is what a number of a case looks like where one is required, ``#`` for a digit.
    """

    __tablename__ = "purposes"

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name_fi: Mapped[str]
    name_sv: Mapped[str]
    name_en: Mapped[str]
    retired_at: Mapped[datetime | None]
    requires_case: Mapped[bool] = mapped_column(default=False, server_default=false())
    case_pattern: Mapped[str | None]
    despite_restriction: Mapped[bool] = mapped_column(default=False, server_default=false())


class PurposeUseRow(Base):
    """What a purpose may be stated for (``rights.listening.purposes.PurposeUse``); none is never asked for."""

    __tablename__ = "purpose_uses"
    __table_args__ = (CheckConstraint("use_of IN ('listening', 'register')", name="use_of"),)

    purpose: Mapped[str] = mapped_column(ForeignKey("purposes.code"), primary_key=True)
    use_of: Mapped[str] = mapped_column(primary_key=True)


class ListeningRow(Base):
    """One person's stated purpose for one call: what byte ranges are then served under."""

    __tablename__ = "listenings"

    id: Mapped[str] = mapped_column(String(LISTENING_ID_CHARS), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    login: Mapped[str]
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS))  # outlives the call, so no foreign key
    purpose: Mapped[str] = mapped_column(ForeignKey("purposes.code"))
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    case_number: Mapped[str | None]


class AuditRow(Base):
    """What was done, by whom, when and why. Append-only: triggers refuse every change (migration 0003).

    It outlives calls and accounts alike, so it names them without foreign keys. ``first_byte`` and ``stop_byte``
    are the half-open byte range of the plain FLAC; ``detail`` is a JSON object. What is personal of ``name`` and
    ``detail`` is sealed beside the row (rights.audit.subjects): a row that was read gives both opened, and less of
    somebody who was forgotten; a question to the database sees what stands in the columns.
    """

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint("(first_byte IS NULL) = (stop_byte IS NULL)", name="range_is_whole"),
        CheckConstraint("first_byte IS NULL OR (0 <= first_byte AND first_byte < stop_byte)", name="range_is_forward"),
        CheckConstraint(
            "first_byte IS NULL OR (call_id IS NOT NULL AND purpose IS NOT NULL AND listening_id IS NOT NULL)",
            name="range_has_reason",
        ),
        Index("ix_audit_action_id", "action", "id"),
        Index("ix_audit_at", "at"),
        Index("ix_audit_call_id_id", "call_id", "id"),
        Index("ix_audit_login_id", "login", "id"),
        Index("ix_audit_register_exported", "id", sqlite_where=_IS_EXPORT, postgresql_where=_IS_EXPORT),
        {"sqlite_autoincrement": True},  # a number is never given twice
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    login: Mapped[str | None]  # None: nobody known, e.g. a log-in with an unknown name
    plain_name: Mapped[str | None] = mapped_column("name")  # of rows from before names were sealed
    action: Mapped[str]
    call_id: Mapped[str | None] = mapped_column(String(CALL_ID_CHARS))
    purpose: Mapped[str | None]
    listening_id: Mapped[str | None] = mapped_column(String(LISTENING_ID_CHARS))
    first_byte: Mapped[int | None] = mapped_column(_BIG)
    stop_byte: Mapped[int | None] = mapped_column(_BIG)
    plain_detail: Mapped[str | None] = mapped_column("detail")
    sealed: Mapped[list[SealedRow]] = relationship(lazy="selectin", order_by=SealedRow.subject_id)

    @property
    def is_partly_forgotten(self) -> bool:
        """Whether something was sealed beside the row that nobody can read any more."""
        return any(part.subject.secret is None for part in self.sealed)

    @hybrid_property
    def name(self) -> str | None:
        """Give the name of who acted; None also of somebody who was forgotten."""
        for part in self.sealed:
            if (name := opened(part).get(ACTOR_NAME)) is not None:
                return str(name)
        return self.plain_name

    @name.inplace.expression
    @classmethod
    def _name(cls) -> ColumnElement[str | None]:
        return cls.plain_name.expression

    @hybrid_property
    def detail(self) -> str | None:
        """Give the detail as JSON, with what of it was sealed."""
        personal = {key: told for part in self.sealed for key, told in opened(part).items() if key != ACTOR_NAME}
        if not personal:
            return self.plain_detail
        whole = {**json.loads(self.plain_detail or "{}"), **personal}
        return json.dumps(whole, ensure_ascii=False, sort_keys=True)

    @detail.inplace.expression
    @classmethod
    def _detail(cls) -> ColumnElement[str | None]:
        return cls.plain_detail.expression


class AuditPersonRow(Base):
    """A person of the register whose data an audit row is about. Append-only as the audit is (migration 0007).

    It outlives the register's persons as the audit outlives calls, so there is no foreign key to them.
    """

    __tablename__ = "audit_persons"
    __table_args__ = (Index("ix_audit_persons_person_id_audit_id", "person_id", "audit_id"),)

    audit_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
