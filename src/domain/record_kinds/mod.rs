//! The fields of the eight kinds of record. The pages build their forms from the same tables.

mod check;

use super::record::RecordKind;

pub use check::{LINE_MAX, LONG_MAX, check, merge, validate, validate_patch};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    LongText,
    Email,
    /// A list of e-mail addresses.
    Emails,
    Phone,
    /// A decimal string, or an integer of minor units of the record's `currency`.
    Money,
    /// Three capitals (ISO 4217).
    Currency,
    /// `2026-01-31`.
    Date,
    /// RFC 3339.
    DateTime,
    Choice(&'static [&'static str]),
    /// The id of a record of one kind.
    Reference(RecordKind),
    /// The id of a record of any kind.
    AnyReference,
    Tags,
    Integer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub name: &'static str,
    pub label: &'static str,
    pub kind: FieldKind,
    pub required: bool,
}

impl FieldSpec {
    const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self { name, label, kind, required: false }
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

pub const LEAD_STATUSES: &[&str] =
    &["new", "contacted", "qualified", "nurturing", "unqualified", "customer", "lost"];
pub const STAGES: &[&str] = &["lead", "qualified", "discovery", "proposal", "negotiation", "won", "lost"];
const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];

/// The fields of a kind, in the order in which a form shows them. The title is not among them: every record has one.
pub const fn fields(kind: RecordKind) -> &'static [FieldSpec] {
    use FieldKind as K;
    const fn f(name: &'static str, label: &'static str, kind: FieldKind) -> FieldSpec {
        FieldSpec::new(name, label, kind)
    }
    const TAGS: FieldSpec = f("tags", "Tags", K::Tags);
    const NOTES: FieldSpec = f("notes", "Internal notes", K::LongText);
    const CURRENCY: FieldSpec = f("currency", "Currency", K::Currency);
    const CONTACT: FieldSpec = f("contactId", "Contact", K::Reference(RecordKind::Contact));
    const RELATED: FieldSpec = f("relatedTo", "Related record", K::AnyReference);
    match kind {
        RecordKind::Contact => {
            const {
                &[
                    f("email", "E-mail", K::Email),
                    f("phone", "Phone", K::Phone),
                    f("company", "Company", K::Text),
                    f("jobTitle", "Job title", K::Text),
                    f("status", "Lead status", K::Choice(LEAD_STATUSES)),
                    f("source", "Source", K::Text),
                    f("owner", "Owner", K::Text),
                    f("address", "Address", K::LongText),
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Deal => {
            const {
                &[
                    f("stage", "Stage", K::Choice(STAGES)),
                    f("value", "Value", K::Money),
                    CURRENCY,
                    f("probability", "Probability in percent", K::Integer),
                    f("expectedCloseOn", "Expected close date", K::Date),
                    f("company", "Company", K::Text),
                    CONTACT,
                    f("owner", "Owner", K::Text),
                    f("plan", "Subscription plan", K::Text),
                    f("seats", "Seats", K::Integer),
                    f("billingInterval", "Billing interval", K::Choice(&["monthly", "quarterly", "yearly"])),
                    f(
                        "subscriptionStatus",
                        "Subscription",
                        K::Choice(&["trial", "active", "paused", "cancelled"]),
                    ),
                    f("renewsOn", "Renewal date", K::Date),
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Ticket => {
            const {
                &[
                    f("status", "Status", K::Choice(&["open", "pending", "solved", "closed"])),
                    f("priority", "Priority", K::Choice(PRIORITIES)),
                    f("description", "Description", K::LongText),
                    CONTACT,
                    f("channel", "Channel", K::Choice(&["email", "chat", "phone", "web"])),
                    f("assignee", "Assignee", K::Text),
                    f("dueAt", "Due date", K::DateTime),
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Task => {
            const {
                &[
                    f("status", "Status", K::Choice(&["open", "in_progress", "done", "cancelled"])),
                    f("priority", "Priority", K::Choice(PRIORITIES)),
                    f("description", "Description", K::LongText),
                    f("dueAt", "Due date", K::DateTime),
                    f("remindAt", "Reminder time", K::DateTime),
                    f("assignee", "Assignee", K::Text),
                    RELATED,
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Event => {
            const {
                &[
                    f("startsAt", "Start", K::DateTime).required(),
                    f("endsAt", "End", K::DateTime).required(),
                    f("attendees", "Attendees", K::Emails),
                    f("location", "Place", K::Text),
                    f("status", "Status", K::Choice(&["scheduled", "cancelled", "done"])),
                    f("description", "Description", K::LongText),
                    RELATED,
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Document => {
            const {
                &[
                    f(
                        "type",
                        "Type",
                        K::Choice(&["note", "draft", "article", "contract", "export", "other"]),
                    ),
                    f("status", "Status", K::Choice(&["draft", "review", "published", "archived"])),
                    f("body", "Text", K::LongText),
                    f("channel", "Channel", K::Text),
                    f("counterparty", "Other party", K::Text),
                    f("value", "Value", K::Money),
                    CURRENCY,
                    f("effectiveOn", "Effective date", K::Date),
                    f("expiresOn", "End date", K::Date),
                    RELATED,
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Campaign => {
            const {
                &[
                    f("status", "Status", K::Choice(&["draft", "scheduled", "active", "paused", "finished"])),
                    f("channel", "Channel", K::Text),
                    f("goal", "Goal", K::Text),
                    f("audience", "Audience", K::LongText),
                    f("budget", "Budget", K::Money),
                    CURRENCY,
                    f("startsOn", "Start date", K::Date),
                    f("endsOn", "End date", K::Date),
                    f("owner", "Owner", K::Text),
                    TAGS,
                    NOTES,
                ]
            }
        }
        RecordKind::Invoice => {
            const {
                &[
                    f("number", "Number", K::Text),
                    f("counterparty", "Other party", K::Text),
                    f("amount", "Amount", K::Money).required(),
                    FieldSpec { required: true, ..CURRENCY },
                    f("status", "Status", K::Choice(&["draft", "sent", "booked", "paid", "overdue", "void"])),
                    f("dueOn", "Due date", K::Date),
                    f("paidOn", "Payment date", K::Date),
                    CONTACT,
                    f("dealId", "Deal", K::Reference(RecordKind::Deal)),
                    f("memo", "Memo", K::LongText),
                    TAGS,
                    NOTES,
                ]
            }
        }
    }
}

pub fn field(kind: RecordKind, name: &str) -> Option<&'static FieldSpec> {
    fields(kind).iter().find(|field| field.name == name)
}
