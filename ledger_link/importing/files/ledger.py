"""The files of the rent ledger: charges, payments, deposits and reminders."""

from ledger_link.importing.amounts import MONEY, POSITIVE_MONEY, SIGNED_MONEY
from ledger_link.importing.file_schema import Column, FileSchema, RowRule, Values, in_order, table_of
from ledger_link.importing.files.keys import LEASE, choice
from ledger_link.importing.kinds import KEY, LEVEL, TEXT
from ledger_link.importing.references import REFERENCE
from ledger_link.importing.times import DAY
from ledger_link.tables.charges import ChargeKind, ChargeRow
from ledger_link.tables.deposits import DepositKind, DepositRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.reminders import ReminderRow


def _returned_has_day(values: Values) -> bool:
    return values.get("returned") is None or values.get("returned_on") is not None


CHARGES = FileSchema(
    file="charges.csv",
    table=table_of(ChargeRow),
    key=("charge_no",),
    columns=(
        Column("charge_no", KEY, required=True),
        LEASE,
        choice("kind", ChargeKind),
        Column("period_starts_on", DAY, "the first day of the month or other term that is billed"),
        Column("due_on", DAY, required=True),
        Column("amount", POSITIVE_MONEY, required=True, stored_as="amount_cents"),
        Column("reference_number", REFERENCE, "the charge's own, where it is not the lease's"),
    ),
)

PAYMENTS = FileSchema(
    file="payments.csv",
    table=table_of(PaymentRow),
    key=("payment_no",),
    columns=(
        Column("payment_no", KEY, required=True),
        Column("reference_number", REFERENCE, "the lease's, or a charge's own; it says whose payment this is"),
        Column("paid_on", DAY, required=True),
        Column("amount", SIGNED_MONEY, "negative: paid back", required=True, stored_as="amount_cents"),
        Column("payer_name", TEXT, empty=""),
    ),
    about="To which lease a payment belongs is worked out from its reference number at the end of every import; to "
    "which charges it goes is worked out whenever the ledger is shown (the oldest open one first).",
)

DEPOSITS = FileSchema(
    file="deposits.csv",
    table=table_of(DepositRow),
    key=("deposit_no",),
    columns=(
        Column("deposit_no", KEY, required=True),
        LEASE,
        choice("kind", DepositKind),
        Column("amount", POSITIVE_MONEY, required=True, stored_as="amount_cents"),
        Column("received_on", DAY),
        Column("returned_on", DAY),
        Column("returned", MONEY, "how much was given back", stored_as="returned_cents"),
    ),
    rules=(
        in_order("received_on", "returned_on"),
        RowRule("returned_on", "empty beside an amount", "the day on which it was given back", _returned_has_day),
    ),
)

REMINDERS = FileSchema(
    file="reminders.csv",
    table=table_of(ReminderRow),
    key=("reminder_no",),
    columns=(
        Column("reminder_no", KEY, required=True),
        LEASE,
        Column("level", LEVEL, "1 for the first reminder, and so on", required=True),
        Column("sent_on", DAY, required=True),
        Column("due_on", DAY, required=True),
        Column("amount", MONEY, "what was reminded of", required=True, stored_as="amount_cents"),
        Column("fee", MONEY, "what the reminder itself costs", stored_as="fee_cents", empty=0),
    ),
    rules=(in_order("sent_on", "due_on"),),
)
